import type { NotRun } from "../catalog/known_class.ts";
import type {
  Because,
  Flow,
  HostFacts,
  Kernel,
  KernelRules,
  Layer,
  Layers,
  LimitValues,
  Permissions,
  Policy,
  Refusal,
  Task,
  TaskKind,
  TaskPlan,
} from "../model/mod.ts";
import type { ClosedPath } from "./closed_paths.ts";
import { spawnDecider } from "./decide_spawn.ts";
import { type ClassPlan, planClass } from "./plan_class.ts";
import { provenanceOf } from "./provenance_of.ts";
import { restricter } from "./refuse_restricted.ts";
import {
  type Implementation,
  refuseInProcess,
  type RunnableChild,
  scriptImports,
} from "./plan_in_process.ts";
import { resolvesNames } from "./kernel_rules.ts";
import { planScript } from "./plan_script.ts";

/** Decides how one task may run. Pure: the same arguments give the same plan. */
export type PlanTask = (task: Task, flow: Flow, ruled?: Ruled) => TaskPlan;

/** What the policies' rules have to say of a task. */
export interface Ruled {
  readonly refusals: readonly Refusal[];
  readonly because: readonly Because[];
}

const UNRULED: Ruled = { refusals: [], because: [] };

/**
 * Makes the decider of one plan.
 *
 * What all tasks of a class have in common (spawn, permissions, the command line of the child
 * and why they are so) is worked out with the first of them.
 */
export function taskPlanner(
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): PlanTask {
  const decide = spawnDecider(policy);
  const plugins = new Map(host.plugins.toReversed().map((it) => [it.type, it]));
  const made = new Map<string, ClassPlan>();
  const ofClass = (type: string): ClassPlan => {
    const known = made.get(type);
    if (known !== undefined) return known;
    const plan = planClass(type, decide(type), plugins.get(type), policy, closed, host);
    made.set(type, plan);
    return plan;
  };
  const limits = limitValues(policy);
  const given: Given = { policy, limits, closed, host, restricted: restricter(policy) };
  return (task, flow, ruled = UNRULED) =>
    planTask(task, flow, ruled, ofClass(task.type.value), given);
}

/** What is the same for all tasks of a plan. */
interface Given {
  readonly policy: Policy;
  readonly limits: LimitValues;
  readonly closed: readonly ClosedPath[];
  readonly host: HostFacts;
  readonly restricted: (task: Task) => Refusal | undefined;
}

function planTask(
  task: Task,
  flow: Flow,
  ruled: Ruled,
  { kind, spawn: { spawn, because: spawnBecause }, known, inProcess, inContainer = [] }: ClassPlan,
  { policy, limits, closed, host, restricted }: Given,
): TaskPlan {
  const { provenance, because: ofValues } = provenanceOf(task.effective);
  const values = [...ofValues, ...ruled.because];
  const base = { task, kind, spawn, provenance, limits, ...timeoutOf(task, policy) };
  const refuse = (refusal: Refusal): TaskPlan => ({
    ...base,
    verdict: "refuse",
    refusal,
    argv: [],
    layers: OF_REFUSED,
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
      layers: OF_DISABLED,
      because: [off, ...values],
    };
  }
  const kept = ruled.refusals[0] ?? restricted(task);
  if (kept !== undefined) return refuse(kept);
  if (known?.notRun !== undefined) return refuse(notRun(task, known.notRun, known.kind));
  if (inProcess !== undefined) {
    const { implementation, child, because } = inProcess;
    const refusal = refuseInProcess(task, implementation, closed, host);
    if (refusal !== undefined) return refuse(refusal);
    if ("refusal" in child) return refuse(child.refusal);
    const kernel = kernelRefusal(policy, host);
    if (kernel !== undefined) return refuse(kernel);
    return {
      ...base,
      verdict: "run",
      ...child,
      layers: layersOfChild(host, child, preflightOf(task, implementation, host)),
      because: [...because, ...values],
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
      layers: OF_CONTAINER,
      because: [...inContainer, ...values],
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

/** A policy that demands the kernel layer gets no weaker one. */
function kernelRefusal({ kernel }: Policy, host: HostFacts): Refusal | undefined {
  if (kernel.value !== "require" || host.kernel.found) return undefined;
  return {
    code: "host/kernel-layer",
    message: `Cannot enforce "kernel: require": ${host.kernel.problem.message}`,
    by: "host",
    source: kernel.source ?? "built-in",
    help: 'Say "kernel: prefer" to run without it, and read what that leaves open',
  };
}

function limitValues({ limits }: Policy): LimitValues {
  return Object.fromEntries(Object.entries(limits).map(([key, it]) => [key, it.value]));
}

function timeoutOf(task: Task, { limits }: Policy): { timeoutMs?: number } {
  const all = [task.timeoutMs?.value, limits.timeoutMs?.value].filter((it) => it !== undefined);
  return all.length === 0 ? {} : { timeoutMs: Math.min(...all) };
}

function idle(why: string): Layers {
  const layer = { active: false, why } as const;
  return {
    preflight: layer,
    deno: layer,
    kernel: layer,
    container: { active: false, why: "not a script task" },
  };
}

const OF_REFUSED = idle("the task is refused");
const OF_DISABLED = idle("the task is disabled");
function layersOfChild(
  host: HostFacts,
  { kernel, permissions }: RunnableChild,
  preflight: Layer,
): Layers {
  return {
    ...idle(host.kernel.found ? "" : host.kernel.problem.message),
    preflight,
    deno: { active: true, enforces: "files, network, variables, processes and FFI of the task" },
    ...(kernel && host.kernel.found && {
      kernel: { active: true, enforces: kernelWords(kernel, host.kernel.value, permissions) },
    }),
  };
}

/** What was looked at before the task's own code is loaded. */
function preflightOf(task: Task, implementation: Implementation, host: HostFacts): Layer {
  if (implementation.from === "plugin") {
    const { modulesRead = 0 } = implementation.plugin;
    return {
      active: true,
      enforces: `what it imports by name: ${count(modulesRead, "module")} read`,
    };
  }
  if (implementation.known.program !== "eval") {
    return { active: false, why: "no code of an author's" };
  }
  const imports = scriptImports(task, host)?.length ?? 0;
  return { active: true, enforces: `what it imports by name: ${count(imports, "import")}` };
}

function count(number: number, of: string): string {
  return `${number} ${of}${number === 1 ? "" : "s"}`;
}

function kernelWords(rules: KernelRules, kernel: Kernel, { net }: Permissions): string {
  const { sockets, ports } = rules;
  const files = "files of the task and of all it starts";
  if (sockets === "none") return `${files}; no sockets`;
  return [
    files,
    "no Unix sockets",
    ...(ports === "all" ? [] : [`TCP ports ${ports.join(", ")}`]),
    ...(net.allow === "all" && net.deny.length === 0
      ? []
      : ["hosts are not governed for what it starts"]),
    ...(resolvesNames(rules, kernel) ? [] : ["names of hosts do not resolve"]),
  ].join("; ");
}

const OF_CONTAINER: Layers = {
  ...idle("the container is the boundary"),
  container: {
    active: true,
    enforces: "own root, one mount, no capabilities, the networks of the policy",
  },
};
