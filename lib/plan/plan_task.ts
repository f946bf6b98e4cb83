import { classOf } from "../catalog/classes.ts";
import type { NotRun } from "../catalog/known_class.ts";
import type {
  Because,
  Flow,
  HostFacts,
  Layers,
  Policy,
  Refusal,
  Task,
  TaskKind,
  TaskPlan,
} from "../model/mod.ts";
import {
  becauseOfChild,
  becauseOfLimits,
  becauseOfPaths,
  becauseOfPermissions,
  becauseOfValues,
} from "./because_of.ts";
import type { ClosedPath } from "./closed_paths.ts";
import { decideSpawn } from "./decide_spawn.ts";
import { provenanceOf } from "./provenance_of.ts";
import { planInProcess } from "./plan_in_process.ts";
import { planScript } from "./plan_script.ts";

/** Decides how one task may run. Pure: the same arguments give the same plan. */
export function planTask(
  task: Task,
  flow: Flow,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): TaskPlan {
  const { spawn, because: spawnBecause } = decideSpawn(policy, task.type.value);
  const plugin = host.plugins.find((it) => it.type === task.type.value);
  const known = classOf(task.type.value);
  const kind: TaskKind = plugin !== undefined ? "in-process" : known?.kind ?? "unknown";
  const values = becauseOfValues(task.effective);
  const provenance = provenanceOf(task.effective);
  const base = { task, kind, spawn, provenance, ...timeoutOf(task, policy) };
  const refuse = (refusal: Refusal): TaskPlan => ({
    ...base,
    verdict: "refuse",
    refusal,
    argv: [],
    layers: idle("the task is refused"),
    because: [
      { effect: "refuse", rule: refusal.code, source: refusal.source },
      spawnBecause,
      ...values,
    ],
  });

  if (task.disabled) {
    const off: Because = { effect: "skip", rule: "disabled: true", source: task.type.source };
    return {
      ...base,
      verdict: "run",
      argv: [],
      layers: idle("the task is disabled"),
      because: [off, ...values],
    };
  }
  if (plugin === undefined && known?.notRun !== undefined) {
    return refuse(notRun(task, known.notRun, known.kind));
  }
  if (plugin !== undefined || known?.kind === "in-process") {
    const planned = planInProcess(
      task,
      plugin !== undefined
        ? { from: "plugin", plugin }
        : { from: "catalog", known: known as never },
      spawn,
      policy,
      closed,
      host,
    );
    if ("refusal" in planned) return refuse(planned.refusal);
    const kernel = kernelRefusal(policy);
    if (kernel !== undefined) return refuse(kernel);
    const { argv, program, permissions } = planned;
    return {
      ...base,
      verdict: "run",
      argv,
      program,
      permissions,
      layers: {
        ...idle(NO_KERNEL),
        deno: {
          active: true,
          enforces: "files, network, variables, processes and FFI of the task",
        },
      },
      because: [
        { effect: "run", rule: "no rule refuses it", source: "built-in" },
        spawnBecause,
        ...(program.kind === "built-in" && spawn === "allowed" ? [OURS] : []),
        ...becauseOfChild(policy),
        ...becauseOfPaths(closed, program.kind !== "built-in"),
        ...becauseOfPermissions(permissions, policy),
        ...becauseOfLimits(policy),
        ...values,
      ],
    };
  }
  if (known?.kind === "script") {
    const planned = planScript(task, known, flow, policy, host);
    if ("refusal" in planned) return refuse(planned.refusal);
    const { argv, program } = planned;
    return {
      ...base,
      verdict: "run",
      argv,
      program,
      layers: {
        ...idle("the container is the boundary"),
        container: {
          active: true,
          enforces: "own root, one mount, no capabilities, the networks of the policy",
        },
      },
      because: [
        { effect: "run", rule: "no rule refuses it", source: "built-in" },
        ...becauseOfContainer(policy),
        ...becauseOfLimits(policy),
        ...values,
      ],
    };
  }
  return refuse({
    code: "plan/unknown-class",
    message: `Cannot run task "${task.id}": nothing here implements class "${task.type.value}"`,
    by: "unsupported",
    source: task.type.source,
    help: "Give a module that implements it with --plugins DIR",
  });
}

/** A class that is known, and known not to be run. */
function notRun({ id, type }: Task, { fact, help }: NotRun, kind: TaskKind): Refusal {
  return {
    code: kind === "flowable" ? "plan/flowable" : "plan/class-not-run",
    message: `Cannot run task "${id}" of class "${type.value}": ${fact}`,
    by: "unsupported",
    source: type.source,
    ...(help !== undefined && { help }),
  };
}

const OURS: Because = {
  effect: "withhold spawn",
  rule: "the class is part of bulkhead and starts nothing",
  source: "built-in",
};

const NO_KERNEL = "not applied: this version has no kernel layer";

/** A policy that demands the kernel layer gets no weaker one. */
function kernelRefusal({ kernel }: Policy): Refusal | undefined {
  if (kernel.value !== "require") return undefined;
  return {
    code: "host/kernel-layer",
    message: `Cannot enforce "kernel: require": ${NO_KERNEL}`,
    by: "host",
    source: kernel.source ?? "built-in",
    help: 'Say "kernel: prefer" to run without it, and read what that leaves open',
  };
}

function becauseOfContainer({ containers }: Policy): Because[] {
  const [network] = containers.networks;
  const [user] = containers.users;
  return [
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
  ];
}

function timeoutOf(task: Task, { limits }: Policy): { timeoutMs?: number } {
  const all = [task.timeoutMs?.value, limits.timeoutMs?.value].filter((it) => it !== undefined);
  return all.length === 0 ? {} : { timeoutMs: Math.min(...all) };
}

function idle(why: string): Layers {
  const layer = { active: false, why } as const;
  return {
    preflight: { active: false, why: "not applied: this version reads no module graphs" },
    deno: layer,
    kernel: layer,
    container: { active: false, why: "not a script task" },
  };
}
