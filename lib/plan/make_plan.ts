import {
  type Diagnostic,
  type Flow,
  type FlowPlan,
  type HostFacts,
  type Kernel,
  type Layers,
  type Plan,
  type Policy,
  type Refusal,
  type Source,
  type TaskMock,
  type TaskPlan,
  tasksOf,
} from "../model/mod.ts";
import { diagnosticsOf } from "./diagnostics_of.ts";
import { isWithin } from "../paths/is_within.ts";
import { aliasWarnings } from "./alias_warnings.ts";
import { applyMocks } from "./apply_mocks.ts";
import { type ClosedPath, closedPaths, openPaths } from "./closed_paths.ts";
import { closedVolumes } from "./closed_volumes.ts";
import { mockable } from "./mockable.ts";
import { engineWords } from "./plan_engine.ts";
import { openLocalFiles } from "./local_files.ts";
import { type PlanTask, taskPlanner } from "./plan_task.ts";

/** A flow, and what rules and parsing had to say of it. */
export interface FlowToPlan {
  readonly flow: Flow;
  readonly warnings: readonly Diagnostic[];
  /** What may not run, by the task's path; without one the whole flow. */
  readonly violations?: readonly { readonly path?: string; readonly refusal: Refusal }[];
  /** What rules set and took out. */
  readonly changes?: readonly {
    readonly effect: "set" | "removed";
    readonly property: string;
    readonly path?: string;
    readonly policy: string;
    readonly source: Source;
  }[];
  /** What stands in for tasks, by their ids. */
  readonly mocks?: readonly TaskMock[];
}

/**
 * Decides how the tasks of flows may run: Policy × Flow × HostFacts → Plan.
 *
 * Pure: no clock, no disk, no process. Linear in tasks, and in rules.
 *
 * @param flows Each with what is already known to be worth a word.
 */
export function makePlan(
  policy: Policy,
  flows: readonly FlowToPlan[],
  host: HostFacts,
): Plan {
  const closed = closedPaths(policy, host);
  const narrowed = [
    ...aliasWarnings(policy, closed, host.aliases),
    ...narrowedPaths(policy, closed, host),
    ...closedVolumes(policy, closed, host),
  ];
  const planTask = taskPlanner(policy, closed, host);
  return {
    policy: { files: policy.files, digest: policy.digest, warnings: policy.warnings },
    layers: layersOf(host),
    flows: flows.map((ruled) => ({
      ...planFlow(ruled, planTask, narrowed),
      ...(ruled.flow.inputs.some((it) => it.type === "FILE") && {
        localFiles: openLocalFiles(policy, closed, host),
      }),
    })),
  };
}

function planFlow(
  { flow: written, warnings, violations = [], changes = [], mocks = [] }: FlowToPlan,
  planTask: PlanTask,
  narrowed: readonly Diagnostic[],
): FlowPlan {
  const planned = tasksOf(written);
  const paths = new Set(planned.map((it) => it.path));
  // What is said of something that is no task here, a trigger for one, is said of the flow.
  const byTask = Map.groupBy(
    violations,
    (it) => it.path !== undefined && paths.has(it.path) ? it.path : undefined,
  );
  const changed = Map.groupBy(changes, (it) => it.path);
  const ofFlow = byTask.get(undefined) ?? [];
  const flow = { ...written, refusals: [...written.refusals, ...ofFlow.map((it) => it.refusal)] };
  const tasks = applyMocks(
    planned.map((task) =>
      planTask(task, flow, {
        refusals: (byTask.get(task.path) ?? []).map((it) => it.refusal),
        because: (changed.get(task.path) ?? []).filter((it) => it.effect === "removed")
          .map((it) => ({
            effect: `delete ${it.property}`,
            rule: `policy "${it.policy}"`,
            source: it.source,
          })),
      })
    ),
    mocks,
  );
  const all = violations.map((it) => it.refusal);
  return {
    flow,
    tasks,
    diagnostics: [
      ...warnings,
      ...narrowed,
      ...refused(flow, tasks, all),
      ...mockable(flow, tasks),
    ],
  };
}

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

/** What stops this flow from running. */
function refused(
  flow: Flow,
  tasks: readonly TaskPlan[],
  violations: readonly Refusal[],
): readonly Diagnostic[] {
  return diagnosticsOf([
    ...flow.refusals,
    ...violations,
    ...tasks.flatMap((it) => it.refusal ?? []),
  ]);
}

function layersOf(host: HostFacts): Layers {
  return {
    preflight: host.runtime.found
      ? { active: true, enforces: "what plugins and Evals import by name, read before they run" }
      : { active: false, why: host.runtime.problem.message },
    deno: host.runtime.found
      ? { active: true, enforces: `Deno ${host.runtime.value.version}` }
      : { active: false, why: host.runtime.problem.message },
    kernel: host.kernel.found
      ? { active: true, enforces: kernelOffers(host.kernel.value) }
      : { active: false, why: host.kernel.problem.message },
    container: host.engine.found
      ? { active: true, enforces: `engine ${engineWords(host.engine.value)}` }
      : { active: false, why: host.engine.problem.message },
  };
}

function kernelOffers({ landlock, lacks }: Kernel): string {
  const offer = `Landlock ABI ${landlock} and seccomp`;
  return lacks.length === 0 ? offer : `${offer}; ${lacks.join("; ")}`;
}
