import type { Diagnostic, FlowPlan, Located, LocatedMap } from "../../../model/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { type PlannedTask, plannedTasks } from "../written/planned_task.ts";
import { writtenFlow } from "../written/written_flow.ts";

/** Keys that end a retry. */
const ENDS = ["maxAttempts", "maxAttempt", "maxDuration"];

function* retries({ flowRoots }: LintContext): Generator<Diagnostic> {
  for (const root of flowRoots.values()) {
    const owners: readonly (readonly [string, LocatedMap])[] = [
      ["the flow", root],
      ...writtenFlow(root).tasks.map((it) => [`task "${it.id}"`, it.map] as const),
    ];
    for (const [owner, map] of owners) {
      const retry = map.entries.get("retry");
      if (retry?.value.kind !== "map") continue;
      const { entries } = retry.value;
      if (ENDS.some((it) => !isNull(entries.get(it)?.value))) continue;
      yield {
        code: "check/endless-retry",
        severity: "warning",
        message: `"retry" of ${owner} never gives up: it has neither maxAttempts nor maxDuration`,
        at: retry.key,
        help: "Say how often, or how long",
      };
    }
  }
}

function isNull(value: Located | undefined): boolean {
  return value === undefined || value.kind === "scalar" && value.value === null;
}

function* timeouts(context: LintContext): Generator<Diagnostic> {
  if (context.policy === undefined || context.policy.limits.timeoutMs !== undefined) return;
  for (const [, tasks] of Map.groupBy(plannedTasks(context), (it): FlowPlan => it.flow)) {
    const endless = tasks.filter(mayLast);
    const [first] = endless;
    if (first === undefined) continue;
    const ids = endless.map((it) => `"${it.written.id}"`);
    const names = ids.length > SHOWN
      ? `${ids.slice(0, SHOWN).join(", ")} and ${ids.length - SHOWN} more`
      : ids.join(", ");
    yield {
      code: "check/no-timeout",
      severity: "warning",
      message: `${ids.length === 1 ? "Task" : "Tasks"} ${names} may run for ever: ` +
        "neither the flow nor the policy sets a timeout",
      at: first.written.map.source,
      help: "Give the task a timeout, or the policy bulkhead.limits.timeout",
    };
  }
}

const SHOWN = 3;

/** Whether it is code of an author's, and nothing ends it. */
function mayLast({ plan: { task, program, timeoutMs, verdict } }: PlannedTask): boolean {
  return verdict === "run" && program !== undefined && program.kind !== "built-in" &&
    timeoutMs === undefined && task.timeoutText === undefined && !task.disabled;
}

const flow = (more: string) =>
  `id: build
namespace: company.team
tasks:
  - id: compile
    type: io.kestra.plugin.scripts.shell.Commands
${more}    commands:
      - make
`;

const retry = (end: string) =>
  flow(`    retry:
      type: constant
      interval: PT10S
${end}`);

/** A retry that nothing ends. */
export const ENDLESS_RETRY: LintRule = {
  code: "check/endless-retry",
  severity: "warning",
  title: "a retry has no end",
  why: "Without maxAttempts and maxDuration a task that can never succeed is tried again for ever.",
  bad: retry(""),
  good: retry("      maxAttempts: 3\n"),
  find: retries,
};

/** Tasks that nothing ends. */
export const NO_TIMEOUT: LintRule = {
  code: "check/no-timeout",
  severity: "warning",
  title: "a task that runs its author's code has no timeout",
  why:
    "A script that waits for ever holds a slot of the machine for ever. A timeout of the task ends it, or " +
    "one of the policy, which no task can lengthen. It is said once of a flow.",
  under: `bulkhead:
  limits:
    processes: 64
`,
  bad: flow(""),
  good: flow("    timeout: PT10M\n"),
  find: timeouts,
};
