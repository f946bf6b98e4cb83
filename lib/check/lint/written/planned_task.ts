import type { FlowPlan, Located, LocatedMap, Plan, TaskPlan } from "../../../model/mod.ts";
import { keyOfPlace } from "../../../source/mod.ts";
import type { LintContext } from "../lint_rule.ts";
import { writtenFlow, type WrittenTask } from "./written_flow.ts";

/** A task as it was written, with what the policy makes of it. */
export interface PlannedTask {
  readonly written: WrittenTask;
  readonly plan: TaskPlan;
  readonly flow: FlowPlan;
}

const known = new WeakMap<Plan, readonly PlannedTask[]>();

/** The tasks of all flows that were planned; none without a policy. */
export function plannedTasks(
  { plan, flowRoots }: Pick<LintContext, "plan" | "flowRoots">,
): readonly PlannedTask[] {
  if (plan === undefined) return [];
  const before = known.get(plan);
  if (before !== undefined) return before;
  const byPlace = new Map(
    [...flowRoots.values()].flatMap((root) =>
      writtenFlow(root).tasks.map((it) => [placeOf(it.map), it] as const)
    ),
  );
  const tasks = plan.flows.flatMap((flow) =>
    flow.tasks.flatMap((it) => {
      const written = byPlace.get(placeOf(it.task.effective));
      return written === undefined ? [] : [{ written, plan: it, flow }];
    })
  );
  known.set(plan, tasks);
  return tasks;
}

const byFile = new WeakMap<Plan, ReadonlyMap<string, readonly PlannedTask[]>>();

/** The tasks of one flow that were planned. */
export function plannedIn(
  context: Pick<LintContext, "plan" | "flowRoots">,
  file: string,
): readonly PlannedTask[] {
  const { plan } = context;
  if (plan === undefined) return [];
  const all = byFile.get(plan) ??
    Map.groupBy(plannedTasks(context), (it) => it.flow.flow.file);
  byFile.set(plan, all);
  return all.get(file) ?? [];
}

/** A task is found again by its id: a default that fills its gaps gives the map a place of its own. */
function placeOf({ entries, source }: LocatedMap): string {
  return keyOfPlace(entries.get("id")?.value.source ?? source);
}

const byMap = new WeakMap<Plan, ReadonlyMap<LocatedMap, TaskPlan>>();

/** What the policy makes of a task; `undefined` without one. */
export function planOf(
  context: Pick<LintContext, "plan" | "flowRoots">,
  { map }: WrittenTask,
): TaskPlan | undefined {
  const { plan } = context;
  if (plan === undefined) return undefined;
  const before = byMap.get(plan) ??
    new Map(plannedTasks(context).map((it) => [it.written.map, it.plan]));
  byMap.set(plan, before);
  return before.get(map);
}

/** Whether a value came from the policy, and beats the author's. */
export function isForced({ injection }: Located): boolean {
  return injection === "forced plugin default" || injection === "policy rule";
}
