import type { Plan, TaskPlan } from "../model/mod.ts";
import { safeJson } from "./safe_json.ts";
import { toPlain } from "../source/to_plain.ts";

/**
 * The plan as one JSON document, `v: 1`; its shape is part of the interface.
 *
 * @returns Indented JSON ending in a newline.
 */
export function planJson({ policy, layers, flows }: Plan): string {
  const document = {
    v: 1,
    policy,
    layers,
    flows: flows.map(({ flow, tasks, diagnostics }) => ({
      file: flow.file,
      namespace: flow.namespace,
      id: flow.id,
      tasks: tasks.map(taskJson),
      diagnostics,
    })),
  };
  return `${safeJson(document, 2)}\n`;
}

function taskJson(plan: TaskPlan) {
  const { task, kind, verdict, refusal, argv, permissions, kernel, spawn, layers, timeoutMs } =
    plan;
  const { provenance, because } = plan;
  return {
    id: task.id,
    path: task.path,
    type: task.type.value,
    kind,
    verdict,
    ...(refusal && { refusal }),
    argv,
    ...(permissions && { permissions }),
    ...(kernel && { kernel }),
    spawn,
    layers,
    ...(timeoutMs !== undefined && { timeoutMs }),
    effective: toPlain(task.effective),
    provenance,
    because,
  };
}
