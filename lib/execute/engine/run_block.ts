import type { State, Task, TaskPlan } from "../../model/mod.ts";
import type { Execution, Place, Went } from "./execution.ts";
import { runOne } from "./run_one.ts";
import { runnablesOf } from "./runnables_of.ts";
import { sideBySide } from "./side_by_side.ts";

/** Runs tasks one after the other, until one has failed. */
export async function runInOrder(
  tasks: readonly Task[],
  place: Place,
  execution: Execution,
): Promise<Went> {
  let state: State = "SUCCESS";
  for (const [i, task] of tasks.entries()) {
    if (place.signal.aborted) return { state: "KILLED", outputs: {} };
    if (place.isHalted?.()) break;
    const went = await runOne(task, { ...place, ahead: () => rest(i + 1) }, execution);
    if (stops(went.state)) return asBlock(went);
    state = worse(state, went.state);
  }
  return { state, outputs: {} };

  function* rest(from: number): Iterable<TaskPlan> {
    for (const task of tasks.slice(from)) {
      yield* runnablesOf(task, execution.plans, place.shared !== undefined);
    }
    yield* place.ahead?.() ?? [];
  }
}

/** Runs tasks side by side; when one has failed no further one begins, and those that run go on. */
export async function runTogether(
  tasks: readonly Task[],
  place: Place,
  execution: Execution,
  concurrent: number,
): Promise<Went> {
  return await sideBySide(
    tasks.map((task) => (isHalted) =>
      runOne(
        task,
        { ...place, isHalted: () => isHalted() || place.isHalted?.() === true },
        execution,
      )
    ),
    concurrent,
    place.signal,
  );
}

/** Whether nothing comes after a task that went so. */
export function stops(state: State): boolean {
  return ["FAILED", "KILLED", "CANCELLED"].includes(state);
}

const BY_WEIGHT: readonly State[] = [
  "SKIPPED",
  "SUCCESS",
  "WARNING",
  "FAILED",
  "CANCELLED",
  "KILLED",
];

/** The worse of two states; a block in which all was skipped went well. */
export function worse(a: State, b: State): State {
  const worst = BY_WEIGHT.indexOf(a) > BY_WEIGHT.indexOf(b) ? a : b;
  return worst === "SKIPPED" ? "SUCCESS" : worst;
}

/** What a block says of a task that has stopped it. */
export function asBlock({ state, ending, denial, again }: Went): Went {
  return {
    state,
    outputs: {},
    ...(ending && { ending }),
    ...(denial && { denial }),
    ...(again && { again }),
  };
}
