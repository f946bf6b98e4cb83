import type { Flowable, State, Task } from "../../model/mod.ts";
import { isTrue } from "../../source/is_true.ts";
import {
  type BlockPlace,
  type Execution,
  failedFor,
  type FlowableRun,
  type Parent,
  type Place,
  type RunFlowable,
  type Went,
} from "./execution.ts";
import { tellPlace } from "../locate_expression.ts";
import { runInOrder, runTogether } from "./run_block.ts";
import type { OpenRun } from "./run_one.ts";
import { logLine, secretsOf } from "./run_attempts.ts";
import { mentionsOfTask, valuesOf, variablesOf } from "./variables_of.ts";
import { FLOWABLES } from "./flowables.ts";

/**
 * Runs a flowable: its own tasks, its `errors` where they have failed, and then its `finally`.
 *
 * Its state is that of its own tasks. Source: kestra-io/kestra, `FlowableUtils.resolveState()`.
 */
export async function runFlowable(run: OpenRun, flowable: Flowable): Promise<Went> {
  run.begin();
  const { execution, task, place } = run;
  const opened = openFlowable(run);
  if (task.runIf !== undefined) {
    const answer = await opened.render(task.runIf.value);
    if (!answer.ok) return failedFor(answer.message);
    if (!isTrue(String(answer.value))) return { state: "SKIPPED", outputs: {} };
  }
  // One row of the table by its own kind: TypeScript cannot see that the two belong together.
  const runKind = FLOWABLES[flowable.kind] as RunFlowable<Flowable> | undefined;
  if (runKind === undefined) return failedFor(`Cannot run a ${flowable.kind}: nothing here does`);
  const went = place.signal.aborted
    ? { state: "KILLED" as const, outputs: {} }
    : await runKind(flowable, opened);
  opened.setOutputs(went.outputs);
  const state = went.isForgiven ? "FAILED" : went.state;
  await runHandlers(flowable, state, opened.inside(), execution);
  return went;
}

/**
 * Runs `errors` where something has failed, and `finally`. They run as well where the run is asked to
 * stop: it ends when they have.
 */
export async function runHandlers(
  { errors, finally: always }: Pick<Flowable, "errors" | "finally">,
  state: State,
  place: Place,
  execution: Execution,
): Promise<void> {
  if (state === "SKIPPED") return;
  const calm = { ...place, signal: NEVER, isHandler: true };
  if (state === "FAILED" || state === "KILLED") await runInOrder(errors, calm, execution);
  await runInOrder(always, calm, execution);
}

/** Recalls what an earlier harness has finished inside a flowable that has ended: nothing is run. */
export async function recallInside(run: OpenRun, tasks: readonly Task[]): Promise<void> {
  await runInOrder(tasks, { ...openFlowable(run).inside(), isPast: true }, run.execution);
}

/** What is run when the run is asked to stop is not asked to stop. */
export const NEVER: AbortSignal = new AbortController().signal;

function openFlowable(run: OpenRun): FlowableRun & { inside(at?: BlockPlace): Place } {
  const { execution, task, place, head, emit } = run;
  const plan = execution.plans.get(task.path)!;
  const parent: Parent = {
    task,
    taskRun: head.taskRun,
    ...(place.value !== undefined && { value: place.value }),
    ...(place.iteration !== undefined && { iteration: place.iteration }),
    outputs: {},
  };
  const inside = (at: BlockPlace = {}): Place => ({
    parents: [parent, ...place.parents],
    ...(at.value !== undefined && { value: at.value }),
    ...(at.iteration !== undefined && { iteration: at.iteration }),
    items: at.items ?? place.items ?? [],
    ...((at.shared ?? place.shared) && { shared: (at.shared ?? place.shared)! }),
    signal: place.signal,
    ...(at.isHalted && { isHalted: at.isHalted }),
    ...((at.ahead ?? place.ahead) && { ahead: (at.ahead ?? place.ahead)! }),
    ...(place.isHandler && { isHandler: true }),
    ...(place.isPast && { isPast: true }),
  });
  return {
    execution,
    plan,
    taskRun: head.taskRun,
    place,
    signal: place.signal,
    inside,
    render: async (value, more) => {
      const rendered = await execution.renderer.render(value, {
        variables: {
          ...variablesOf(
            execution,
            place,
            { task, taskRun: head.taskRun, startDate: run.startDate, attempts: 0 },
            mentionsOfTask(task, "texts"),
          ),
          ...more,
        },
        secrets: secretsOf(execution, plan),
      });
      if (rendered.ok) return rendered;
      const { message, at } = rendered;
      return {
        ...rendered,
        message: tellPlace(message, at, task.effective, execution.run.textOf),
      };
    },
    setOutputs(outputs) {
      parent.outputs = outputs;
      execution.outputs.set(task.id, valuesOf(place), outputs);
    },
    runTasks: (tasks, at = {}) =>
      at.concurrent === undefined
        ? runInOrder(tasks, inside(at), execution)
        : runTogether(tasks, inside(at), execution, at.concurrent),
    log: (level, message) => logLine(run, level, execution.mask(message), task.logLevel),
    emit,
  };
}
