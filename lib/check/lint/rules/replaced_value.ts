import { namesOfClass } from "../../../catalog/aliases.ts";
import type { Diagnostic, Located, LocatedMap, Source } from "../../../model/mod.ts";
import { toPlain } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { plannedIn, plannedTasks } from "../written/planned_task.ts";
import { wordAt } from "../written/written_flow.ts";

/** A value that its author wrote and that is not used, and the place of what is. */
interface Replaced {
  readonly path: string;
  readonly written: Source;
  readonly by: Located;
}

function* replaced(
  written: LocatedMap,
  effective: LocatedMap,
  above: readonly string[] = [],
): Generator<Replaced> {
  for (const [key, { value }] of written.entries) {
    const other = effective.entries.get(key)?.value;
    if (other === undefined || other === value) continue;
    const path = [...above, key];
    if (value.kind === "map" && other.kind === "map") yield* replaced(value, other, path);
    else if (other.injection !== undefined && OVER.has(other.injection) && !same(value, other)) {
      yield { path: path.join("."), written: value.source, by: other };
    }
  }
}

const OVER = new Map([
  ["flow forced default", "the flow forces"],
  ["forced plugin default", "the policy forces"],
  ["policy rule", "a rule of the policy sets"],
]);

/** Whether nothing is lost: the same value, or none. */
function same(value: Located, other: Located): boolean {
  return value.kind === "scalar" &&
    (value.value === null || other.kind === "scalar" && value.value === other.value);
}

function* find(context: LintContext): Generator<Diagnostic> {
  for (const { written, plan } of plannedTasks(context)) {
    for (const it of replaced(written.map, plan.task.effective)) {
      yield told(`"${it.path}" of task "${written.id}"`, it);
    }
  }
  yield* inDefaults(context);
}

function told(what: string, { written, by }: Replaced): Diagnostic {
  const said = OVER.get(by.injection!)!;
  return {
    code: "check/replaced-value",
    severity: "warning",
    message: `${what} has no effect: ${said} ${shown(by)}`,
    at: written,
    related: [{ message: `${said} it here`, at: by.source }],
    help: "Leave it out",
  };
}

/** What a flow's own defaults set, and every task that they are for has from somebody else. */
function* inDefaults(context: LintContext): Generator<Diagnostic> {
  for (const root of context.flowRoots.values()) {
    const tasks = plannedIn(context, root.source.file);
    for (const key of ["pluginDefaults", "taskDefaults"]) {
      const list = root.entries.get(key)?.value;
      for (const item of list?.kind === "list" ? list.items : []) {
        const values = item.kind === "map" ? item.entries.get("values")?.value : undefined;
        if (item.kind !== "map" || values?.kind !== "map") continue;
        const type = wordAt(item, "type") ?? "";
        const ref = wordAt(item, "ref");
        const meant = tasks.filter(({ written }) =>
          namesOfClass(written.type.value).some((it) => it.startsWith(type)) &&
          wordAt(written.map, "pluginDefaultsRef") === ref
        );
        const lost = meant.map(({ plan }) => [...replaced(values, plan.task.effective)]);
        for (const it of lost[0] ?? []) {
          // A flow's own forced default is what is looked at here.
          if (it.by.injection === "flow forced default") continue;
          if (!lost.every((all) => all.some((other) => other.path === it.path))) continue;
          yield told(`"${it.path}" of a default for "${type}"`, it);
        }
      }
    }
  }
}

function shown(value: Located): string {
  return value.kind === "scalar" ? JSON.stringify(toPlain(value)) : `a ${value.kind}`;
}

const flow = (image: string) =>
  `id: build
namespace: company.team
tasks:
  - id: compile
    type: io.kestra.plugin.scripts.shell.Commands
${image}    commands:
      - make
`;

/** What an author wrote and the policy replaces. */
export const REPLACED_VALUE: LintRule = {
  code: "check/replaced-value",
  severity: "warning",
  title: "a value has no effect, because a forced one takes its place",
  why:
    "A forced default beats what the task says, without a word when it runs. Whoever reads the flow " +
    "takes the written value for the one that counts. Lists are joined, so nothing of them is lost.",
  under: `kestra:
  plugins:
    defaults:
      - type: io.kestra.plugin.scripts.shell.Commands
        forced: true
        values:
          containerImage: ubuntu:24.04
`,
  bad: flow("    containerImage: alpine:3.20\n"),
  good: flow(""),
  find,
};
