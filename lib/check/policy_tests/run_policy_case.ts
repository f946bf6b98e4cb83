import {
  type Diagnostic,
  type FlowPlan,
  type HostFacts,
  type LocatedMap,
  type Policy,
  type Refusal,
  StageError,
  type TaskPlan,
  tasksOf,
  type TestedCase,
} from "../../model/mod.ts";
import { type FlowToPlan, makePlan } from "../../plan/mod.ts";
import { nearest } from "../../source/mod.ts";
import { assumedFacts } from "./assumed_facts.ts";
import { judgePlan } from "./judge_plan.ts";
import type { PolicyTest } from "./policy_test_suite.ts";
import { operatorOf } from "./words_of.ts";

/** What a test is judged with. */
export interface TestMeans {
  readonly policy: Policy;
  /** A machine that has everything. */
  readonly host: HostFacts;
  /** Puts the policy's defaults and rules into a flow, as for a run. */
  readonly prepare: (flow: LocatedMap, policy: Policy) => FlowToPlan;
  /** Reads a flow that a test names by its path. */
  readonly flowAt?: (test: PolicyTest) => LocatedMap;
  /** Texts of files by name. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Plans what a test is about, for a machine that has everything, and says what of its expectations is
 * true. Nothing runs.
 */
export function runPolicyCase(test: PolicyTest, means: TestMeans): TestedCase {
  const { name, description, source, expectations } = test;
  const head = {
    id: name,
    ...(description !== undefined && { description }),
    at: source,
  };
  if (test.disabled) return { ...head, verdict: "skipped", checks: [], problems: [] };
  try {
    const planned = planFor(test, means);
    const lines = new Map<string, readonly string[]>();
    const lineOf = ({ file, line }: { readonly file: string; readonly line: number }) => {
      const known = lines.get(file) ?? (means.texts.get(file) ?? "").split("\n");
      lines.set(file, known);
      return known[line - 1] ?? "";
    };
    const checks = judgePlan({ ...planned, lineOf }, expectations);
    return {
      ...head,
      verdict: checks.every((it) => it.holds) ? "passed" : "failed",
      checks,
      problems: [],
    };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { ...head, verdict: "error", checks: [], problems: error.diagnostics };
  }
}

function planFor(test: PolicyTest, means: TestMeans) {
  const { policy, host, prepare, flowAt } = means;
  const { subject } = test;
  const written = subject.kind === "flow" ? subject.flow : flowAt?.(test);
  if (written === undefined) throw new Error("nobody reads flows here");
  const flow = prepare(written, policy);
  const [plan] = makePlan(policy, [flow], assumedFacts(host, policy, test, flow.flow)).flows;
  return chosen(test, plan!);
}

/** The task that is meant, and why it may not run. */
function chosen(
  test: PolicyTest,
  { flow, tasks }: FlowPlan,
): { readonly task: TaskPlan; readonly refusal?: Refusal } {
  const ofFlow = flow.refusals[0];
  const { task: meant } = test.subject;
  if (meant !== undefined) {
    const task = tasks.find((it) => it.task.id === meant.value);
    if (task === undefined) throw new StageError([unknownTask(meant, tasksOf(flow))]);
    const refusal = task.refusal ?? ofFlow;
    return { task, ...(refusal && { refusal }) };
  }
  if (tasks.length > 1) {
    const wrong = test.expectations.filter((it) =>
      !["verdict", "refusal", "because"].includes(it.kind)
    );
    if (wrong.length > 0) {
      throw new StageError(wrong.map((it): Diagnostic => ({
        code: "test/no-task",
        severity: "error",
        message: `Cannot expect "${operatorOf(it)}" of a flow of ${tasks.length} tasks`,
        at: it.at,
        help: `Say which is meant, task: ${tasks.map((it) => it.task.id).join(", ")}`,
      })));
    }
  }
  const task = tasks.find((it) => it.refusal !== undefined) ?? tasks[0]!;
  const refusal = ofFlow ?? task.refusal;
  return { task, ...(refusal && { refusal }) };
}

function unknownTask(
  { value, source }: NonNullable<PolicyTest["subject"]["task"]>,
  tasks: readonly { readonly id: string }[],
): Diagnostic {
  const known = tasks.map((it) => it.id);
  const near = nearest(value, known);
  return {
    code: "test/unknown-task",
    severity: "error",
    message: `Cannot test task "${value}": the flow has ${known.join(", ")}`,
    at: source,
    ...(near !== undefined && { help: `Did you mean "${near}"?` }),
  };
}
