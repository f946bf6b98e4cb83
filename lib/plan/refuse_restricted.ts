import { namesOfClass } from "../catalog/aliases.ts";
import type { Policy, Refusal, Source, Sourced, Task } from "../model/mod.ts";

/**
 * Refuses a task whose class, or the class of whose task runner, the policy's lists of plugins
 * keep out (`kestra.plugins.security`).
 *
 * An entry is a name or a regular expression, matched as a whole. Excludes win; where there are
 * includes a class must be in them, in those of every file that has some. Kestra states none
 * of this; its example implies that excludes win.
 *
 * @returns The decider of one plan: the lists are searched once for each class.
 */
export function restricter({ plugins }: Policy): (task: Task) => Refusal | undefined {
  const known = new Map<string, Restriction | undefined>();
  const restrictionOf = (type: string) => {
    if (!known.has(type)) known.set(type, findRestriction(type, plugins));
    return known.get(type);
  };
  return (task) => {
    const runner = task.effective.entries.get("taskRunner")?.value;
    const type = runner?.kind === "map" ? runner.entries.get("type")?.value : undefined;
    return refusalOf(task, task.type, restrictionOf(task.type.value)) ??
      (type?.kind === "scalar" && typeof type.value === "string"
        ? refusalOf(
          task,
          { value: type.value, source: type.source },
          restrictionOf(type.value),
        )
        : undefined);
  };
}

/** Which entry keeps a class out, and what it says. */
export interface Restriction {
  readonly fact: string;
  readonly source: Source;
}

/** Why the lists of plugins keep a class out; `undefined` where they do not. */
export function findRestriction(
  type: string,
  { includes, excludes }: Policy["plugins"],
): Restriction | undefined {
  const names = namesOfClass(type).includes(type) ? namesOfClass(type) : [type];
  const excluded = excludes.find((it) => names.some((name) => it.pattern.test(name)));
  if (excluded !== undefined) return { fact: "excluded", source: excluded.source };
  const left = includes.find((list) =>
    !list.some((it) => names.some((name) => it.pattern.test(name)))
  );
  const source = left?.[0]?.source;
  return source && { fact: "not among the plugins that are included", source };
}

function refusalOf(
  task: Task,
  { value, source: at }: Sourced<string>,
  restriction: Restriction | undefined,
): Refusal | undefined {
  return restriction && {
    code: "plan/restricted-plugin",
    message: `Cannot run task "${task.id}": class "${value}" is ${restriction.fact}`,
    by: "policy",
    source: restriction.source,
    related: [{ message: "it is used here", at }],
  };
}
