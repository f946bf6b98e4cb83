import type { Flow, Task } from "./flow.ts";

/**
 * Every task of a flow in file order: its own, those of `errors`, `finally` and `afterExecution`, and
 * behind each flowable those inside it.
 */
export function tasksOf(
  flow: Pick<Flow, "tasks" | "errors" | "finally" | "afterExecution">,
): readonly Task[] {
  return [...flow.tasks, ...flow.errors, ...flow.finally, ...flow.afterExecution].flatMap(flat);
}

function flat(task: Task): readonly Task[] {
  return [task, ...task.children.flatMap(flat)];
}
