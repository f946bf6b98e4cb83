import type { EventBody, FinishedRun, State, Task, TaskHead } from "../../model/mod.ts";
import { randomId } from "../workspace.ts";
import { taskDigest } from "./task_digest.ts";
import { runKey } from "./run_key.ts";
import { type Execution, failedFor, type Place, type Went } from "./execution.ts";
import { mockAt, runMock } from "./mock.ts";
import { recallInside, runFlowable } from "./run_flowable.ts";
import { runAttempts } from "./run_attempts.ts";
import { valuesOf } from "./variables_of.ts";

/** One task run while it goes on. */
export interface OpenRun {
  readonly execution: Execution;
  readonly task: Task;
  readonly place: Place;
  readonly startDate: string;
  readonly started: number;
  /** Of all its events. */
  readonly head: { readonly task: string; taskRun: string; attempt: number };
  emit(event: object): void;
  /** Says that it begins; once. */
  begin(how?: { readonly child?: "fresh" | "pre-started" }): void;
}

/**
 * Runs one task at one place: a runnable one in a process, a flowable with all that is in it.
 *
 * Its record is written before its end is told.
 */
export async function runOne(task: Task, place: Place, execution: Execution): Promise<Went> {
  const went = await runToEnd(task, place, execution);
  await execution.changed?.();
  return went;
}

async function runToEnd(task: Task, place: Place, execution: Execution): Promise<Went> {
  const run = openRun(task, place, execution);
  if (task.disabled) {
    run.begin();
    return finish(run, { state: "SKIPPED", outputs: {} });
  }
  const done = finishedBefore(run);
  if (done !== undefined) return await resume(run, done);
  if (place.isPast && isWhole(task)) return { state: "SKIPPED", outputs: {} };
  const mock = mockAt(execution, task.path, place);
  if (mock !== undefined) return finish(run, await runMock(run, mock), { mocked: true });
  const went = task.flowable === undefined
    ? await runAttempts(run)
    : await runFlowable(run, task.flowable);
  if (went !== undefined) return finish(run, went);
  return { state: place.signal.aborted ? "KILLED" : "SKIPPED", outputs: {} };
}

/**
 * What is kept of a run is kept of the tasks that have none inside: of the others it follows. Not of a
 * `WorkingDirectory`: what it leaves is gone with its workspace.
 */
function isWhole({ children, flowable }: Task): boolean {
  return children.length === 0 || flowable?.kind === "WorkingDirectory";
}

/**
 * What an earlier harness has finished of a task. In a `WorkingDirectory` that had not ended nothing is:
 * a task there needs the files that those before it have made.
 */
function finishedBefore({ task, place, execution }: OpenRun): FinishedRun | undefined {
  if (!isWhole(task) || (place.shared !== undefined && !place.isPast)) return undefined;
  return execution.run.journal?.finished.get(runKey(task.path, place));
}

/** Takes what an earlier harness has finished for what it was. */
async function resume(run: OpenRun, done: FinishedRun): Promise<Went> {
  const { head, task } = run;
  head.taskRun = done.taskRun;
  if (done.digest !== taskDigest(task)) {
    run.begin();
    return finish(run, failedFor(`Cannot resume task "${task.id}": it has changed since it ended`));
  }
  if (task.flowable?.kind === "WorkingDirectory") await recallInside(run, task.flowable.tasks);
  const { state, outputs } = done;
  return finish(run, { state, outputs }, { resumed: true });
}

function openRun(task: Task, place: Place, execution: Execution): OpenRun {
  const head: OpenRun["head"] = { task: task.id, taskRun: randomId(), attempt: 1 };
  const emit = (event: object) =>
    execution.emit({ ...head satisfies TaskHead, ...event } as EventBody);
  const plan = execution.plans.get(task.path);
  if (plan === undefined) throw new TypeError(`Cannot run "${task.path}": it has no plan`);
  return {
    execution,
    task,
    place,
    startDate: execution.run.now().toISOString(),
    started: performance.now(),
    head,
    emit,
    begin({ child } = {}) {
      emit({
        type: "task.planned",
        class: task.type.value,
        kind: plan.kind,
        spawn: plan.spawn,
        argv: plan.argv,
        because: plan.because,
      });
      emit({
        type: "task.started",
        ...(child && { child }),
        ...(place.parents[0] && { parent: place.parents[0].taskRun }),
        ...(place.value !== undefined && { value: execution.mask(place.value) }),
        ...(place.iteration !== undefined && { iteration: place.iteration }),
      });
    },
  };
}

/** Leaves what has become of a task run where it is looked for, and tells it. */
function finish(run: OpenRun, raw: Went, how: { mocked?: true; resumed?: true } = {}): Went {
  const { execution, task, place, head, emit } = run;
  const { mask } = execution;
  const went = { ...raw, state: allowed(task, raw.state) };
  const { state, outputs, ending, error } = went;
  execution.outputs.set(task.id, valuesOf(place), outputs);
  if (error !== undefined && state !== "KILLED") {
    execution.states.log("ERROR", {
      taskId: task.id,
      taskRunId: head.taskRun,
      timestamp: execution.run.now().toISOString(),
      message: error,
    });
  }
  execution.states.finish({
    taskId: task.id,
    taskRunId: head.taskRun,
    state,
    ...(place.value !== undefined && { value: place.value }),
  });
  if (!how.resumed && isWhole(task)) {
    execution.run.journal?.finish({
      key: runKey(task.path, place),
      taskRun: head.taskRun,
      digest: taskDigest(task),
      state,
      outputs,
    });
  }
  const told = mask(outputs);
  if (!how.resumed) {
    for (const [name, value] of Object.entries(told)) emit({ type: "task.output", name, value });
  }
  emit({
    type: "task.finished",
    state,
    // Of a flowable it is that of the task which has failed it.
    ...(ending && task.flowable === undefined && { ending }),
    ...(error !== undefined && { error: mask(error) }),
    outputs: told,
    elapsedMs: how.resumed ? 0 : Math.round(performance.now() - run.started),
    ...how,
  });
  return went;
}

/**
 * A failure that its flow allows is a warning (Kestra's `allowFailure`), and a warning that it allows
 * is nothing (`allowWarning`).
 */
function allowed({ allowFailure, allowWarning }: Task, state: State): State {
  const after = allowFailure && state === "FAILED" ? "WARNING" : state;
  return allowWarning && after === "WARNING" ? "SUCCESS" : after;
}
