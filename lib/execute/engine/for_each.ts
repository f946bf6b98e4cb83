import type { Each } from "../../model/mod.ts";
import { failedFor, type Item, type RunFlowable } from "./execution.ts";
import { runnablesOf } from "./runnables_of.ts";
import { readValues } from "./read_values.ts";
import { sideBySide } from "./side_by_side.ts";

/**
 * `ForEach` and its kin: the tasks for each value, one value after the other or several side by side.
 *
 * When one has failed nothing further begins, and what runs goes on.
 */
export const runEach: RunFlowable<Each> = async (each, run) => {
  const rendered = await run.render(each.values.value);
  if (!rendered.ok) return failedFor(rendered.message);
  const read = readValues(each.values.value, rendered.value, each.loop === undefined);
  if (!read.ok) return failedFor(read.message);
  const { values } = read;
  const { plans } = run.execution;
  const rounds = values.map(({ text, item }, iteration) => (isHalted: () => boolean) =>
    run.runTasks(each.tasks, {
      value: text,
      iteration,
      items: each.loop === undefined
        ? run.place.items ?? []
        : [{ index: iteration, ...item }, ...run.place.items ?? []] satisfies Item[],
      isHalted,
      ahead: () => after(iteration),
      ...(each.tasksInParallel && { concurrent: 0 }),
    })
  );
  const went = await sideBySide(rounds, each.concurrent, run.signal);
  const isForgiven = each.loop?.transmitFailed === false && went.state === "FAILED";
  return isForgiven ? { ...went, state: "SUCCESS", isForgiven } : went;

  function* after(iteration: number) {
    if (iteration + 1 < values.length) {
      for (const task of each.tasks) {
        yield* runnablesOf(task, plans, run.place.shared !== undefined);
      }
      // One round more than is looked ahead at most.
      if (iteration + 2 < values.length) {
        for (const task of each.tasks) {
          yield* runnablesOf(task, plans, run.place.shared !== undefined);
        }
      }
    }
    yield* run.place.ahead?.() ?? [];
  }
};
