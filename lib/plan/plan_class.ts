import { classOf, type KnownClass } from "../catalog/classes.ts";
import type { Because, HostFacts, PluginModule, Policy, Refusal, TaskKind } from "../model/mod.ts";
import {
  becauseOfChild,
  becauseOfKernel,
  becauseOfLimits,
  becauseOfPaths,
  becauseOfPermissions,
  becauseOfWeakLimits,
} from "./because_of.ts";
import type { ClosedPath } from "./closed_paths.ts";
import type { SpawnVerdict } from "./decide_spawn.ts";
import { type Child, type Implementation, planChild } from "./plan_in_process.ts";

/** What a plan says of all tasks of one class. */
export interface ClassPlan {
  readonly kind: TaskKind;
  readonly spawn: SpawnVerdict;
  readonly known?: KnownClass;
  /** A plugin of that name which is not used: a flowable is the harness's own work. */
  readonly unused?: PluginModule;
  /** Present when the class runs in process. */
  readonly inProcess?: {
    readonly implementation: Implementation;
    readonly child: Child;
    /** All but what the values of a task bring. */
    readonly because: readonly Because[];
  };
}

/** Decides what holds for every task of a class. Pure, like all of planning. */
export function planClass(
  type: string,
  spawn: SpawnVerdict,
  found: PluginModule | undefined,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): ClassPlan {
  const known = classOf(type);
  const isOurs = known?.kind === "flowable" && known.notRun === undefined;
  const plugin = isOurs ? undefined : found;
  const base = {
    kind: plugin !== undefined ? "in-process" as const : known?.kind ?? "unknown" as const,
    spawn,
    ...(plugin === undefined && known && { known }),
    ...(isOurs && found && { unused: found }),
  };
  const implementation: Implementation | undefined = plugin !== undefined
    ? { from: "plugin", plugin }
    : known?.kind === "in-process" && known.notRun === undefined
    ? { from: "catalog", known }
    : undefined;
  if (implementation === undefined) {
    return base;
  }
  const child = planChild(implementation, spawn.spawn, policy, closed, host);
  const because = "refusal" in child ? [] : becauseOfInProcess(child, spawn, policy, closed, host);
  return { ...base, inProcess: { implementation, child, because } };
}

/** Why a Deno child is as it is; all but what the values of its task bring. */
export function becauseOfInProcess(
  { program, permissions, kernel }: Exclude<Child, { refusal: Refusal }>,
  { spawn, because }: SpawnVerdict,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): readonly Because[] {
  return [
    { effect: "run", rule: "no rule refuses it", source: "built-in" },
    because,
    ...(program.kind === "built-in" && spawn === "allowed" ? [OURS] : []),
    ...becauseOfChild(policy),
    ...becauseOfKernel(kernel, host, policy),
    ...becauseOfPaths(closed, program.kind !== "built-in"),
    ...becauseOfPermissions(permissions, policy),
    ...becauseOfLimits(policy),
    ...becauseOfWeakLimits(policy, host),
  ];
}

const OURS: Because = {
  effect: "withhold spawn",
  rule: "the class is part of bulkhead and starts nothing",
  source: "built-in",
};
