import type { Task, TaskPlan } from "../../model/mod.ts";
import { hasWorkspace } from "../child_pool.ts";

/**
 * The tasks that begin when this one does, in order: itself, or of a flowable those of its own.
 *
 * @param isShared Whether they work in a workspace of others: a child that is started before has its own.
 */
export function* runnablesOf(
  task: Task,
  plans: ReadonlyMap<string, TaskPlan>,
  isShared: boolean,
): Iterable<TaskPlan> {
  const { flowable } = task;
  if (task.disabled) return;
  if (flowable === undefined) {
    const plan = plans.get(task.path);
    if (plan !== undefined && !(isShared && hasWorkspace(plan))) yield plan;
    return;
  }
  const shared = isShared || flowable.kind === "WorkingDirectory";
  if (flowable.kind === "Dag") {
    for (const it of flowable.steps) {
      if (it.dependsOn.length === 0) yield* runnablesOf(it.task, plans, shared);
    }
  } else if ("tasks" in flowable) {
    for (const it of flowable.tasks) yield* runnablesOf(it, plans, shared);
  }
  // Which branch runs is not known before.
}
