import type { FlowPlan, TaskPlan } from "../model/mod.ts";
import { nearest } from "../source/mod.ts";
import { UsageError } from "./command.ts";

/** A flow, and which of its tasks are meant. */
export interface Named {
  readonly flow: string;
  /** Absent: all of them. */
  readonly task?: string;
}

/** Reads `FLOW`, `FLOW#TASK` and `FLOW#*`. */
export function nameOf(text: string): Named {
  const [, flow = text, task] = /^(.*?)(?:#([^#/]*))?$/s.exec(text) ?? [];
  if (flow === "") throw new UsageError(`Cannot use "${text}": no flow is named before "#"`);
  if (task === "") throw new UsageError(`Cannot use "${text}": no task is named after "#"`);
  return { flow, ...(task !== undefined && task !== "*" && { task }) };
}

/**
 * The tasks of a flow that are meant. What refuses the flow refuses each of them.
 *
 * @throws {UsageError} When there is no such task.
 */
export function chooseTasks(
  { flow, tasks }: FlowPlan,
  task: string | undefined,
): readonly TaskPlan[] {
  const [refusal] = flow.refusals;
  const all = refusal === undefined
    ? tasks
    : tasks.map((it): TaskPlan => ({ refusal, ...it, verdict: "refuse" }));
  if (task === undefined) return all;
  const chosen = all.filter((it) => it.task.id === task);
  if (chosen.length > 0) return chosen;
  const ids = tasks.map((it) => it.task.id);
  const near = nearest(task, ids);
  throw new UsageError(
    `Cannot explain task "${task}": flow "${flow.namespace}/${flow.id}" has ${ids.join(", ")}`,
    ...near === undefined ? [] : [`Did you mean "${near}"?`],
  );
}
