import type { NotRun } from "../catalog/known_class.ts";
import type {
  Because,
  Flow,
  HostFacts,
  Layer,
  LimitValues,
  PluginModule,
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
import { type Implementation, refuseInProcess, scriptImports } from "./plan_in_process.ts";
import { idle, importsRead, layersOfChild } from "./layers_of.ts";
import { withLocalFiles } from "./local_files.ts";
import { planScript } from "./plan_script.ts";
import { refuseFlowable } from "./refuse_flowable.ts";
import { kernelRefusal } from "./refusals.ts";

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
  { kind, spawn: { spawn, because: spawnBecause }, known, unused, inProcess }: ClassPlan,
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
      layers: layersOfChild(host, {
        ...child,
        preflight: preflightOf(task, implementation, host),
      }),
      because: [...because, ...values],
    };
  }
  if (known?.kind === "flowable") {
    const refusal = refuseFlowable(task, known, flow, host);
    if (refusal !== undefined) return refuse(refusal);
    return {
      ...base,
      verdict: "run",
      argv: [],
      layers: OF_FLOWABLE,
      because: [
        { effect: "run", rule: "no rule refuses it", source: "built-in" },
        { effect: "start nothing", rule: "a flowable runs nothing itself", source: "built-in" },
        ...(unused === undefined ? [] : [notUsed(unused)]),
        ...values,
      ],
    };
  }
  if (known?.kind === "script") {
    const planned = planScript(task, known, flow, policy, closed, host, {
      spawn,
      because: spawnBecause,
    });
    if ("refusal" in planned) return refuse(planned.refusal);
    const { because, ...rest } = planned;
    const program = withLocalFiles(planned.program, policy, closed, host);
    return { ...base, verdict: "run", ...rest, program, because: [...because, ...values] };
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

/** Nobody's code decides what is in a flowable, and when it runs. */
function notUsed({ module }: PluginModule): Because {
  return {
    effect: `leave ${module} out`,
    rule: "flowables are run by the harness alone",
    source: "built-in",
  };
}

function limitValues({ limits }: Policy): LimitValues {
  return Object.fromEntries(Object.entries(limits).map(([key, it]) => [key, it.value]));
}

function timeoutOf(task: Task, { limits }: Policy): { timeoutMs?: number } {
  const all = [task.timeoutMs?.value, limits.timeoutMs?.value].filter((it) => it !== undefined);
  return all.length === 0 ? {} : { timeoutMs: Math.min(...all) };
}

const OF_REFUSED = idle("the task is refused");
const OF_FLOWABLE = idle("it runs nothing itself");
const OF_DISABLED = idle("the task is disabled");

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
  return importsRead(scriptImports(task, host)?.length ?? 0);
}

function count(number: number, of: string): string {
  return `${number} ${of}${number === 1 ? "" : "s"}`;
}
