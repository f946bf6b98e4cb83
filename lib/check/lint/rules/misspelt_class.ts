import { canonicalClass } from "../../../catalog/aliases.ts";
import { CLASSES, classOf } from "../../../catalog/classes.ts";
import type { Diagnostic } from "../../../model/mod.ts";
import { nearest } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { planOf } from "../written/planned_task.ts";
import { writtenFlow } from "../written/written_flow.ts";

/** The names of known classes, by their package. */
const BY_PACKAGE = Map.groupBy(CLASSES.keys(), packageOf);
/** The last part of packages, by what comes before. */
const PACKAGES = Map.groupBy(BY_PACKAGE.keys(), packageOf);

function* find(context: LintContext): Generator<Diagnostic> {
  for (const root of context.flowRoots.values()) {
    for (const task of writtenFlow(root).tasks) {
      const { value, source } = task.type;
      if (classOf(value) !== undefined) continue;
      // A plugin has it, or the policy refuses it.
      const plan = planOf(context, task);
      if (plan?.verdict === "run" || plan?.refusal?.by === "policy") continue;
      const near = nearClass(canonicalClass(value));
      if (near === undefined) continue;
      yield {
        code: "check/misspelt-class",
        severity: "warning",
        message: `Nobody here knows the class "${value}" of task "${task.id}"`,
        at: source,
        help: `Did you mean "${near}"?`,
      };
    }
  }
}

/** A class of the same package, or of the same name in a package beside it. */
function nearClass(type: string): string | undefined {
  const [owner, name] = [packageOf(type), nameOf(type)];
  const inPackage = BY_PACKAGE.get(owner);
  if (inPackage !== undefined) {
    const near = nearest(name, inPackage.map(nameOf));
    return near === undefined ? undefined : `${owner}.${near}`;
  }
  const beside = (PACKAGES.get(packageOf(owner)) ?? [])
    .filter((it) => BY_PACKAGE.get(it)!.some((known) => nameOf(known) === name));
  const near = nearest(nameOf(owner), beside.map(nameOf));
  return near === undefined ? undefined : `${packageOf(owner)}.${near}.${name}`;
}

function packageOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}

function nameOf(type: string): string {
  return type.slice(type.lastIndexOf(".") + 1);
}

const flow = (type: string) =>
  `id: build
namespace: company.team
tasks:
  - id: compile
    type: ${type}
    commands:
      - make
`;

/** Classes that are near to one that is known. */
export const MISSPELT_CLASS: LintRule = {
  code: "check/misspelt-class",
  severity: "warning",
  title: "nobody knows a task's class, and there is one whose name is nearly the same",
  why:
    "A class that nobody knows is not run, and what a policy says of the class that was meant does not " +
    "reach it. Classes that are near to none are left alone: Kestra has many that are not run here.",
  bad: flow("io.kestra.plugin.scripts.shell.Command"),
  good: flow("io.kestra.plugin.scripts.shell.Commands"),
  find,
};
