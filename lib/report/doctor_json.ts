import { safeJson } from "./safe_json.ts";
import type { Diagnostic, Found, LayerProof, Machine } from "../model/mod.ts";

/** What an examination of a machine came to. */
export interface DoctorReport {
  readonly machine: Machine;
  readonly proofs: readonly LayerProof[];
  /** What a policy needs and the machine has not. */
  readonly problems: readonly Diagnostic[];
}

/**
 * An examination as one JSON document, `v: 1`; its shape is part of the interface.
 *
 * @returns Indented JSON ending in a newline.
 */
export function doctorJson({ machine, proofs, problems }: DoctorReport): string {
  const { kernel, engine, runtime, limits, ...rest } = machine;
  const document = {
    v: 1,
    machine: {
      ...rest,
      kernel: known(kernel),
      engine: known(engine),
      runtime: known(runtime),
      limits: { processes: limits.processes ?? null, memory: limits.memory },
    },
    layers: Object.fromEntries(proofs.map(({ layer, verdict, reason, results }) => [layer, {
      verdict,
      ...(reason !== undefined && { reason }),
      trials: results.map(({ kind, what, outcome, holds }) => ({ kind, what, outcome, holds })),
    }])),
    problems,
  };
  return `${safeJson(document, 2)}\n`;
}

function known<T extends object>(it: Found<T>) {
  return it.found ? { found: true, ...it.value } : { found: false, reason: it.problem.message };
}
