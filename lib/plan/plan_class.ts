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
  /** Present when the class runs in process. */
  readonly inProcess?: {
    readonly implementation: Implementation;
    readonly child: Child;
    /** All but what the values of a task bring. */
    readonly because: readonly Because[];
  };
  /** The same for a class whose tasks run in containers. */
  readonly inContainer?: readonly Because[];
}

/** Decides what holds for every task of a class. Pure, like all of planning. */
export function planClass(
  type: string,
  spawn: SpawnVerdict,
  plugin: PluginModule | undefined,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): ClassPlan {
  const known = classOf(type);
  const base = {
    kind: plugin !== undefined ? "in-process" as const : known?.kind ?? "unknown" as const,
    spawn,
    ...(plugin === undefined && known && { known }),
  };
  const implementation: Implementation | undefined = plugin !== undefined
    ? { from: "plugin", plugin }
    : known?.kind === "in-process" && known.notRun === undefined
    ? { from: "catalog", known }
    : undefined;
  if (implementation === undefined) {
    return known?.kind === "script" ? { ...base, inContainer: becauseOfContainer(policy) } : base;
  }
  const child = planChild(implementation, spawn.spawn, policy, closed, host);
  const because = "refusal" in child ? [] : becauseOfInProcess(child, spawn, policy, closed, host);
  return { ...base, inProcess: { implementation, child, because } };
}

function becauseOfInProcess(
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

function becauseOfContainer(policy: Policy): readonly Because[] {
  const { containers } = policy;
  const [network] = containers.networks;
  const [user] = containers.users;
  return [
    { effect: "run", rule: "no rule refuses it", source: "built-in" },
    {
      effect: `container network ${network?.value ?? "none"}`,
      rule: "bulkhead.containers.networks",
      source: network?.source ?? "built-in",
    },
    {
      effect: user === undefined ? "container user without rights" : `container user ${user.value}`,
      rule: "bulkhead.containers.users",
      source: user?.source ?? "built-in",
    },
    {
      effect: "container read-only, no capabilities, no new privileges, one mount",
      rule: "hardened by default",
      source: "built-in",
    },
    ...becauseOfLimits(policy),
  ];
}
