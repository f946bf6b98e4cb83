import { namesOfClass } from "../../../catalog/aliases.ts";
import type { Diagnostic, Located, LocatedMap } from "../../../model/mod.ts";
import { nearest } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { plannedIn } from "../written/planned_task.ts";
import { textsIn, wordAt } from "../written/written_flow.ts";

const KEYS = ["pluginDefaults", "taskDefaults"];

/** Classes that a flow names anywhere but in its defaults, and the defaults that it refers to by name. */
function namedIn(root: LocatedMap) {
  const types = new Set<string>();
  const refs = new Set<string>();
  const walk = (value: Located): void => {
    if (value.kind === "list") value.items.forEach(walk);
    if (value.kind !== "map") return;
    const [type, ref] = [wordAt(value, "type"), wordAt(value, "pluginDefaultsRef")];
    if (type !== undefined) types.add(type);
    if (ref !== undefined) refs.add(ref);
    for (const it of value.entries.values()) walk(it.value);
  };
  for (const [key, { value }] of root.entries) if (!KEYS.includes(key)) walk(value);
  // What a default puts in may be of a class of its own, as a task runner is.
  for (const key of KEYS) {
    const list = root.entries.get(key)?.value;
    for (const it of list?.kind === "list" ? list.items : []) {
      const values = it.kind === "map" ? it.entries.get("values")?.value : undefined;
      if (values !== undefined) walk(values);
    }
  }
  return { types, refs };
}

/** Classes that the policy puts into the tasks of a file. */
function injectedIn(context: LintContext, file: string): readonly string[] {
  return plannedIn(context, file).flatMap(({ plan: { task } }) =>
    textsIn(task.effective).filter((it) => it.path.at(-1) === "type").map((it) => it.scalar.value)
  );
}

function* find(context: LintContext): Generator<Diagnostic> {
  for (const root of context.flowRoots.values()) {
    const lists = KEYS.flatMap((key) => root.entries.get(key)?.value ?? []);
    if (lists.length === 0) continue;
    const { types, refs } = namedIn(root);
    injectedIn(context, root.source.file).forEach((it) => types.add(it));
    for (const item of lists.flatMap((it) => it.kind === "list" ? it.items : [])) {
      if (item.kind !== "map") continue;
      const type = item.entries.get("type")?.value;
      if (type?.kind !== "scalar" || typeof type.value !== "string") continue;
      const begins = type.value;
      const ref = wordAt(item, "ref");
      if (ref !== undefined && !refs.has(ref)) {
        yield idle(`Default "${ref}" of the flow is never used: nothing names it`, type, undefined);
        continue;
      }
      const applies = [...types].some((it) =>
        [...namesOfClass(it), it].some((name) =>
          [...namesOfClass(begins), begins].some((beginning) => name.startsWith(beginning))
        )
      );
      if (applies) continue;
      const near = nearest(begins, types);
      yield idle(
        `Default for "${begins}" is never used: nothing in the flow is of that class`,
        type,
        near,
      );
    }
  }
}

function idle(message: string, { source }: Located, near: string | undefined): Diagnostic {
  return {
    code: "check/idle-flow-default",
    severity: "warning",
    message,
    at: source,
    help: near === undefined ? "Leave it out" : `Did you mean "${near}"?`,
  };
}

const flow = (type: string) =>
  `id: build
namespace: company.team
tasks:
  - id: compile
    type: io.kestra.plugin.scripts.shell.Commands
    commands:
      - make
pluginDefaults:
  - type: ${type}
    values:
      containerImage: ubuntu:24.04
`;

/** Defaults of a flow that apply to nothing in it. */
export const IDLE_FLOW_DEFAULT: LintRule = {
  code: "check/idle-flow-default",
  severity: "warning",
  title: "a default of a flow applies to nothing in it",
  why:
    "A default is laid under whatever is of a class that begins with its `type`. One that fits " +
    "nothing is mostly misspelt, and what it was to set is not set.",
  bad: flow("io.kestra.plugin.scripts.shell.Command.s"),
  good: flow("io.kestra.plugin.scripts.shell"),
  find,
};
