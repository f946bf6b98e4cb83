import {
  type Assertion,
  judgeAssertion,
  parseUnitTests,
  type TestCase,
  type TestSuite,
} from "../check/mod.ts";
import { type FlowOutcome, randomId, runFlow } from "../execute/mod.ts";
import { flowInputs } from "./flow_inputs.ts";
import {
  type Diagnostic,
  type Event,
  type Flow,
  StageError,
  tasksOf,
  type TestedCase,
  type TestedCheck,
  type TestedSuite,
  type TestedTask,
} from "../model/mod.ts";
import { makeScratchDirectory } from "../host/mod.ts";
import { nearest } from "../source/mod.ts";
import { openKeyValues } from "../state/mod.ts";
import type { CommandIo } from "./command.ts";
import type { Args } from "./command_table.ts";
import { flowMeans } from "./flow_means.ts";
import { keyOf, readFlowSet } from "./flow_set.ts";
import { loadPolicies } from "./load_policies.ts";
import { prepare, type Question, questionOf } from "./prepare.ts";
import { makeReady } from "./run_needs.ts";
import { resumerOf } from "./resumer.ts";
import { readText } from "./read_text.ts";
import type { TEST } from "./tables/test.ts";

/**
 * Runs the test cases of one file, one after the other, each as an execution of its own.
 *
 * @throws {StageError} When the file or its flow cannot be read; `host` when nothing can be run here.
 */
export async function runUnitTests(
  io: CommandIo,
  file: string,
  values: Args<typeof TEST>["values"],
): Promise<TestedSuite> {
  const suite = parseUnitTests(await readText(io, file, "test"), file);
  const places = values.flows.length > 0 ? values.flows : [directoryOf(file)];
  const flowFile = await fileOfFlow(io, suite, places, values.policy);
  const question = questionOf({ ...values, flows: places }, [flowFile]);
  const cases: TestedCase[] = [];
  for (const it of suite.cases) {
    if (io.signal.aborted) break;
    cases.push(
      suite.disabled || it.disabled
        ? { ...headOf(it), verdict: "skipped", checks: [], problems: [] }
        : await runCase(quietly(io), it, question),
    );
  }
  return { file, id: suite.id, flow: keyOf({ ...suite, id: suite.flowId.value }), cases };
}

function directoryOf(file: string): string {
  const at = file.lastIndexOf("/");
  return at < 0 ? "." : file.slice(0, at) || "/";
}

async function fileOfFlow(
  io: CommandIo,
  { namespace, flowId }: TestSuite,
  places: readonly string[],
  policies: readonly string[],
): Promise<string> {
  const policy = await loadPolicies(io, policies);
  const set = await readFlowSet(io, [], places, policy);
  const key = keyOf({ namespace, id: flowId.value });
  const found = set.find(key);
  if (found.kind === "flow") return found.flow.flow.file;
  if (found.kind === "broken") throw new StageError(found.problems);
  const near = nearest(key, set.keys);
  throw new StageError([{
    code: "test/unknown-flow",
    severity: "error",
    message: `Cannot test flow "${key}": there is none in ${places.join(", ")}`,
    at: flowId.source,
    help: near === undefined ? "Give its directory with --flows DIR" : `Did you mean "${near}"?`,
  }, ...set.unnamed.map((it) => it.problem)]);
}

/** What is worth a note was said when the flow was looked for. */
function quietly(io: CommandIo): CommandIo {
  return { ...io, log: { tell: () => {}, note: () => {} } };
}

function headOf({ id, description, source }: TestCase) {
  return { id, ...(description !== undefined && { description }), at: source };
}

async function runCase(io: CommandIo, test: TestCase, question: Question): Promise<TestedCase> {
  const head = headOf(test);
  const problems = (diagnostics: readonly Diagnostic[]): TestedCase => ({
    ...head,
    verdict: "error",
    checks: [],
    problems: diagnostics.filter((it) => it.severity === "error"),
  });
  try {
    const { plan, subflows, host } = await prepare(io, { ...question, mocks: test.fixtures.tasks });
    const [flowPlan] = plan.flows;
    const refused = plan.flows.flatMap((it) => it.diagnostics).filter((it) =>
      it.severity === "error"
    );
    if (refused.length > 0) return problems(refused);
    const { flow } = flowPlan!;
    const unknown = unknownTasks(test, flow);
    if (unknown.length > 0) return problems(unknown);
    const execution = randomId();
    const inputs = await flowInputs(io, { typed: test.fixtures.inputs, texts: new Map() }, {
      plan: flowPlan!,
      host,
      execution,
      asks: false,
    });
    const tasks: TestedTask[] = [];
    const watch = watcher(tasks);
    const needs = await makeReady(io, host);
    // Keys and values of a test are its own, and gone with it.
    const scratch = await makeScratchDirectory(io.env);
    await using _scratch = scratch;
    const keys = await openKeyValues(`${scratch.path}/keys.sqlite`);
    using _keys = keys;
    const started = performance.now();
    const outcome = await runFlow({
      ...needs,
      ...flowMeans({}),
      resumer: resumerOf({ yes: true, onResume: [] }, undefined)!,
      plan: flowPlan!,
      subflows,
      givenFiles: test.fixtures.files,
      ...(test.fixtures.trigger && { trigger: test.fixtures.trigger.variables }),
      policy: plan.policy.digest,
      execution,
      inputs: inputs.values,
      inputFiles: inputs.files,
      hidden: inputs.hidden,
      store: () => Promise.resolve(keys),
      concurrency: navigator.hardwareConcurrency,
      textOf: (path) => io.texts.get(path),
      keep: false,
      prestart: true,
      signal: io.signal,
      emit: watch.see,
      renderAtEnd: test.assertions.map(({ value, checks }) => ({
        actual: value.value,
        expected: checks.map((it) => it.expected.value),
      })),
    });
    const tested = {
      ...watch.execution(),
      state: outcome.state,
      elapsedMs: Math.round(performance.now() - started),
      tasks,
    };
    return { ...head, execution: tested, ...judge(test, outcome) };
  } catch (error) {
    if (!(error instanceof StageError) || error.fault === "host") throw error;
    return problems(error.diagnostics);
  }
}

/** Keeps what is told of a test's own execution; that of flows which it starts is theirs. */
function watcher(tasks: TestedTask[]) {
  let execution: string | undefined;
  let error: string | undefined;
  const values = new Map<string, string>();
  return {
    execution: () => ({ id: execution ?? "", ...(error !== undefined && { error }) }),
    see(event: Event): void {
      if (event.type === "execution.started") execution ??= event.execution;
      if (event.execution !== execution) return;
      if (event.type === "execution.finished") error = event.error;
      if (event.type === "task.started" && event.value !== undefined) {
        values.set(event.taskRun, event.value);
      } else if (event.type === "task.finished") {
        const value = values.get(event.taskRun);
        tasks.push({
          id: event.task,
          ...(value !== undefined && { value }),
          state: event.state,
          mocked: event.mocked === true,
          ...(event.error !== undefined && { error: event.error }),
        });
      }
    },
  };
}

function judge(
  { assertions, source }: TestCase,
  { state, renderedAtEnd = [], mask = (it) => it }: FlowOutcome,
): Pick<TestedCase, "verdict" | "checks" | "problems"> {
  if (assertions.length === 0) {
    const expected = ["SUCCESS", "WARNING"];
    const holds = expected.includes(state);
    const check: TestedCheck = {
      operator: "in",
      expected,
      actual: state,
      holds,
      at: source,
      ...(!holds &&
        { message: `the execution ended with ${state}, and nothing is asserted of it` }),
    };
    return { verdict: holds ? "passed" : "failed", checks: [check], problems: [] };
  }
  const problems: Diagnostic[] = [];
  const checks = assertions.flatMap((assertion, i): readonly TestedCheck[] => {
    const rendered = renderedAtEnd[i];
    if (rendered?.ok) return checksOf(assertion, rendered.value).map((it) => mask(it));
    problems.push({
      code: "test/not-rendered",
      severity: "error",
      message: mask(
        `Cannot look at ${JSON.stringify(assertion.value.value)}: ${
          rendered?.message ?? `the execution ended with ${state}`
        }`,
      ),
      at: assertion.value.source,
    });
    return [];
  });
  const verdict = problems.length > 0
    ? "error"
    : checks.every((it) => it.holds)
    ? "passed"
    : "failed";
  return { verdict, checks, problems };
}

function checksOf(assertion: Assertion, rendered: unknown): readonly TestedCheck[] {
  const { actual, expected } = rendered as { actual: unknown; expected: readonly unknown[] };
  return judgeAssertion(assertion, { actual, expected }).map((verdict, i) => ({
    ...verdict,
    at: assertion.checks[i]!.expected.source,
    ...(assertion.taskId && { taskId: assertion.taskId.value }),
    ...(assertion.description !== undefined && { description: assertion.description }),
  }));
}

/** Assertions about a task that is none are not of what their author means. */
function unknownTasks({ assertions }: TestCase, flow: Flow): readonly Diagnostic[] {
  const known = tasksOf(flow).map((it) => it.id);
  return assertions.flatMap(({ taskId }): Diagnostic[] => {
    if (taskId === undefined || known.includes(taskId.value)) return [];
    const near = nearest(taskId.value, known);
    return [{
      code: "test/unknown-task",
      severity: "error",
      message: `Cannot assert something of task "${taskId.value}": flow "${keyOf(flow)}" has ${
        known.join(", ")
      }`,
      at: taskId.source,
      ...(near !== undefined && { help: `Did you mean "${near}"?` }),
    }];
  });
}
