import type {
  Diagnostic,
  Flow,
  FlowPlan,
  HostFacts,
  Layers,
  Plan,
  Policy,
  Task,
  TaskPlan,
} from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { type ClosedPath, closedPaths, openPaths } from "./closed_paths.ts";
import { planTask } from "./plan_task.ts";

/**
 * Decides how the tasks of flows may run: Policy × Flow × HostFacts → Plan.
 *
 * Pure: no clock, no disk, no process. Linear in tasks.
 *
 * @param flows Each with what is already known to be worth a word.
 */
export function makePlan(
  policy: Policy,
  flows: readonly { readonly flow: Flow; readonly warnings: readonly Diagnostic[] }[],
  host: HostFacts,
): Plan {
  const closed = closedPaths(policy, host);
  const narrowed = narrowedPaths(policy, closed, host);
  return {
    policy: { files: policy.files, digest: policy.digest, warnings: policy.warnings },
    layers: layersOf(host),
    flows: flows.map(({ flow, warnings }): FlowPlan => {
      const tasks = [...flow.tasks, ...flow.errors].flatMap((it) =>
        flat(it).map((task) => planTask(task, flow, policy, closed, host))
      );
      return { flow, tasks, diagnostics: [...warnings, ...narrowed, ...refused(flow, tasks)] };
    }),
  };
}

/** What a policy opens and what of that stays closed all the same: worth a word before the run. */
function narrowedPaths(
  { writable, allowedPaths }: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): Diagnostic[] {
  return [...writable, ...allowedPaths].flatMap(({ value, source }) => {
    const open = openPaths(value, closed, host);
    if (open.length === 1 && open[0] === value) return [];
    const real = host.realPaths.get(value) ?? value;
    const hit = closed.find((it) => isWithin(value, it.path) || isWithin(it.path, real));
    return [{
      code: "plan/narrowed",
      severity: "warning",
      message: `"${value}" is opened ${
        open.length === 0 ? "to nobody" : "only in what lies in it now"
      }: "${hit?.path ?? real}" is closed${hit ? ` (${hit.rule})` : ""}`,
      at: source,
      help: "Open a directory that holds nothing closed",
    }];
  });
}

function flat(task: Task): readonly Task[] {
  return [task, ...task.children.flatMap(flat)];
}

/** Every refusal as a diagnostic, once: what stops this flow from running. */
function refused(flow: Flow, tasks: readonly TaskPlan[]): Diagnostic[] {
  const all = [...flow.refusals, ...tasks.flatMap((it) => it.refusal ?? [])];
  // What the machine lacks is lacking for every task alike.
  const once = new Map(all.map((it) => [JSON.stringify(it), it]));
  return [...once.values()].map(({ code, message, source, related, help }) => ({
    code,
    severity: "error",
    message,
    ...(source !== "built-in" && { at: source }),
    ...(related && { related }),
    ...(help !== undefined && { help }),
  }));
}

function layersOf(host: HostFacts): Layers {
  return {
    preflight: { active: false, why: "not applied: this version reads no module graphs" },
    deno: host.runtime.found
      ? { active: true, enforces: `Deno ${host.runtime.value.version}` }
      : { active: false, why: host.runtime.problem.message },
    kernel: { active: false, why: "not applied: this version has no kernel layer" },
    container: host.engine.found
      ? { active: true, enforces: `engine ${host.engine.value.version}` }
      : { active: false, why: host.engine.problem.message },
  };
}
