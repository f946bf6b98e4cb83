import { parseFlow, readFlow } from "../lib/flow/mod.ts";
import type { ContainerProgram, HostFacts, Source, TaskPlan } from "../lib/model/mod.ts";
import { makePlan } from "../lib/plan/mod.ts";
import { applyDefaults, loadPolicy } from "../lib/policy/mod.ts";
import { hostFacts } from "./host_facts.ts";

const PACKAGE = "io.kestra.plugin.scripts";

/** Kestra's runner for containers. */
export const RUNNER = `${PACKAGE}.runner.docker.Docker`;

/** What a script task is planned under. */
export interface Around {
  /** Of `policy.yaml`: what stands under `bulkhead`. */
  readonly bulkhead?: object;
  /** And under `kestra`. */
  readonly kestra?: object;
  readonly host?: Partial<HostFacts>;
}

/**
 * Plans one script task of a flow, `flow.yaml`, under a policy, `policy.yaml`. Both are written with
 * one value a line, so that places say something.
 *
 * @param task Its type is `shell.Commands` with a command unless it says otherwise; the
 * package of its type need not be said.
 */
export async function planScriptTask(
  { type = "shell.Commands", ...task }: { readonly type?: string; readonly [key: string]: unknown },
  { bulkhead = { filesystem: "closed" }, kestra = {}, host = {} }: Around = {},
): Promise<TaskPlan> {
  const policy = await loadPolicy([
    { file: "policy.yaml", text: JSON.stringify({ bulkhead, kestra }, null, 1) },
  ]);
  const body = type.endsWith(".Script") ? { script: "true" } : { commands: ["true"] };
  const typed = { id: "t", type: `${PACKAGE}.${type}`, ...body, ...task };
  const flow = { id: "f", namespace: "company.team", tasks: [typed] };
  const root = applyDefaults(readFlow(JSON.stringify(flow, null, 1), "flow.yaml"), policy);
  const { flow: parsed, warnings } = parseFlow(root);
  const plan = makePlan(policy, [{ flow: parsed, warnings }], hostFacts(host));
  return plan.flows[0]!.tasks[0]!;
}

/** The same with keys of a Docker runner. */
export function planRunner(keys: object, around?: Around): Promise<TaskPlan> {
  return planScriptTask({ taskRunner: { type: RUNNER, ...keys } }, around);
}

/** The program of a task that a container runs. */
export function containerOf({ refusal, program }: TaskPlan): ContainerProgram {
  if (program?.kind === "container") return program;
  throw new TypeError(`no container: ${refusal?.message ?? "something else runs it"}`);
}

/** The places that a refusal names, as `file:line`. */
export function placesOf({ refusal }: TaskPlan): readonly string[] {
  const shown = (it: Source | "built-in") => it === "built-in" ? it : `${it.file}:${it.line}`;
  return refusal === undefined
    ? []
    : [refusal.source, ...(refusal.related ?? []).map((it) => it.at)].map(shown);
}
