import { namesOfClass } from "../catalog/aliases.ts";
import type { Located, Policy, Refusal, Task } from "../model/mod.ts";

/**
 * Refuses a task whose class, or the class of whose task runner, the policy's lists of plugins
 * keep out (`kestra.plugins.security`).
 *
 * An entry is a name or a regular expression, matched as a whole. Excludes win; where there are
 * includes a class must be in them, in those of every file that has some. Kestra states none
 * of this; its example implies that excludes win.
 */
export function refuseRestricted(task: Task, { plugins }: Policy): Refusal | undefined {
  const runner = task.effective.entries.get("taskRunner")?.value;
  const type = runner?.kind === "map" ? runner.entries.get("type")?.value : undefined;
  return refuseClass(task, task.type.value, task.type.source, plugins) ??
    (type?.kind === "scalar" && typeof type.value === "string"
      ? refuseClass(task, type.value, type.source, plugins)
      : undefined);
}

function refuseClass(
  task: Task,
  type: string,
  at: Located["source"],
  { includes, excludes }: Policy["plugins"],
): Refusal | undefined {
  const names = namesOfClass(type).includes(type) ? namesOfClass(type) : [type];
  const excluded = excludes.find((it) => names.some((name) => it.pattern.test(name)));
  const left = excluded === undefined
    ? includes.find((list) => !list.some((it) => names.some((name) => it.pattern.test(name))))
    : undefined;
  const source = excluded?.source ?? left?.[0]?.source;
  if (source === undefined) return undefined;
  return {
    code: "plan/restricted-plugin",
    message: `Cannot run task "${task.id}": class "${type}" is ${
      excluded === undefined ? "not among the plugins that are included" : "excluded"
    }`,
    by: "policy",
    source,
    related: [{ message: "it is used here", at }],
  };
}
