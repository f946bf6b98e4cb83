import type { TaskMock } from "../../model/mod.ts";
import { isTrue } from "../../source/is_true.ts";
import { type Execution, failedFor, type Place, type Went } from "./execution.ts";
import type { OpenRun } from "./run_one.ts";
import { secretsOf } from "./run_attempts.ts";
import { mentionsOfValue, variablesOf } from "./variables_of.ts";

/** What stands in for a task at a place: the mock of its value, else the one of every value. */
export function mockAt(
  { plans }: Pick<Execution, "plans">,
  path: string,
  { value }: Place,
): TaskMock | undefined {
  const mocks = plans.get(path)?.mocks;
  return mocks?.find((it) => it.value !== undefined && it.value === value) ??
    mocks?.find((it) => it.value === undefined);
}

/**
 * Ends a task run as its mock says, with nothing run: its outputs are rendered with what the task would
 * have seen. Where the task says of itself that it does not run, it is skipped all the same.
 */
export async function runMock(run: OpenRun, mock: TaskMock): Promise<Went> {
  const { execution, task, place, head } = run;
  run.begin();
  if (place.signal.aborted) return { state: "KILLED", outputs: {} };
  const plan = execution.plans.get(task.path)!;
  const render = (value: unknown) =>
    execution.renderer.render(value, {
      variables: variablesOf(
        execution,
        place,
        { task, taskRun: head.taskRun, startDate: run.startDate, attempts: 0 },
        mentionsOfValue(value),
      ),
      secrets: secretsOf(execution, plan),
    });
  if (task.runIf !== undefined) {
    const answer = await render(task.runIf.value);
    if (!answer.ok) return failedFor(answer.message);
    if (!isTrue(String(answer.value))) return { state: "SKIPPED", outputs: {} };
  }
  const outputs = await render(mock.outputs);
  if (!outputs.ok) return failedFor(`Cannot render the outputs of its mock: ${outputs.message}`);
  return {
    state: mock.state,
    outputs: outputs.value as Record<string, unknown>,
    ...(mock.state === "FAILED" && { error: "its mock has failed it" }),
  };
}
