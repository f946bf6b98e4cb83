import { canonicalClass } from "../../../catalog/aliases.ts";
import { DOCKER_RUNNER } from "../../../catalog/classes.ts";
import type { Diagnostic, Located, Policy, Source } from "../../../model/mod.ts";
import { toPlain } from "../../../source/mod.ts";
import { expressionIn } from "../../../plan/script/task_reader.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { type PlannedTask, plannedTasks } from "../written/planned_task.ts";
import { wordAt } from "../written/written_flow.ts";

const CODE = "check/governed-expression";
/** Of a task runner: rendered, and no rule looks at them. */
const FREE = ["config", "credentials"];
/** Tasks that reach a host of the author's. */
const HTTP = /^io\.kestra\.plugin\.(?:core|fs)\.http\./;

function* find(context: LintContext): Generator<Diagnostic> {
  const { policy } = context;
  if (policy === undefined) return;
  for (const task of plannedTasks(context)) {
    // What a policy refuses is an error already.
    if (task.plan.refusal?.by === "policy") continue;
    yield* runnerOf(task);
    yield* imageOf(task, policy);
    yield* hostOf(task, policy);
  }
}

/** Keys of a task runner are decided before the run, or not at all. */
function* runnerOf({ plan: { task, kind, refusal } }: PlannedTask): Generator<Diagnostic> {
  const runner = task.effective.entries.get("taskRunner")?.value;
  if (kind !== "script" || runner?.kind !== "map" || refusal === undefined) return;
  // What other runners take is not looked at: they are not run at all.
  const type = wordAt(runner, "type") ?? "";
  const isDocker = canonicalClass(type) === DOCKER_RUNNER;
  for (const [key, { value }] of runner.entries) {
    if (FREE.includes(key) || key !== "type" && !isDocker) continue;
    const expression = ownExpression(value);
    if (expression === undefined) continue;
    yield {
      code: CODE,
      severity: "warning",
      message: `"taskRunner.${key}" of task "${task.id}" holds ${shown(expression)}: ` +
        "the task is not run, an expression cannot be decided before the run",
      at: expression.source,
      help: "Write the value out",
    };
  }
}

function* imageOf({ plan: { task, program } }: PlannedTask, policy: Policy): Generator<Diagnostic> {
  const image = task.effective.entries.get("containerImage")?.value;
  const expression = image && ownExpression(image);
  if (expression === undefined || program?.kind !== "container") return;
  const { allow, deny, digestRequired } = policy.containers.images;
  const rule = allow[0]?.[0]?.source ?? deny[0]?.source ?? digestRequired;
  if (rule === undefined) return;
  yield later(`The image ${shown(expression)} of task "${task.id}"`, "images", expression, rule);
}

function* hostOf({ plan: { task } }: PlannedTask, { network }: Policy): Generator<Diagnostic> {
  const uri = HTTP.test(task.type.value) ? task.effective.entries.get("uri")?.value : undefined;
  if (uri?.kind !== "scalar" || ownExpression(uri) === undefined) return;
  // Where the host is written out, it is known.
  if (/^https?:\/\/[^/?#{]+(?:[/?#]|$)/i.test(String(uri.value).trim())) return;
  const rule = network.allow?.[0]?.source ?? network.deny[0]?.source;
  if (rule === undefined) return;
  yield later(`The host of ${shown(uri)} of task "${task.id}"`, "hosts", uri, rule);
}

function later(what: string, rules: string, { source }: Located, rule: Source): Diagnostic {
  return {
    code: CODE,
    severity: "warning",
    message:
      `${what} is not known before the run: it is held to the policy's ${rules} once it is rendered`,
    at: source,
    related: [{ message: `the policy's ${rules} stand here`, at: rule }],
    help: "Write it out, so that it can be checked here",
  };
}

/** An expression of the flow's, not of the policy's. */
function ownExpression(value: Located): Located | undefined {
  const found = expressionIn(value);
  return found?.injection === "forced plugin default" || found?.injection === "plugin default" ||
      found?.injection === "policy rule"
    ? undefined
    : found;
}

function shown(value: Located): string {
  return JSON.stringify(toPlain(value));
}

const flow = (networkMode: string) =>
  `id: build
namespace: company.team
tasks:
  - id: compile
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: ${DOCKER_RUNNER}
      networkMode: ${networkMode}
    commands:
      - make
`;

/** Expressions where a policy decides. */
export const GOVERNED_EXPRESSION: LintRule = {
  code: CODE,
  severity: "warning",
  title: "an expression stands where a policy decides",
  why:
    "A policy goes by what is known before the run. Keys of a task runner (its type, networkMode, " +
    "user, volumes, …) have to be written out: with an expression the task is not run. An image, and " +
    "the host that a request goes to, are looked at once they are rendered: what the policy refuses " +
    "then ends the task in the middle of a run.",
  under: `bulkhead:
  containers:
    networks: [none]
`,
  bad: flow('"{{ inputs.network }}"'),
  good: flow("none"),
  find,
};
