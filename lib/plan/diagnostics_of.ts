import type { Diagnostic, Refusal } from "../model/mod.ts";

/** Refusals as diagnostics, each once: one rule, or the machine, may refuse many in the same words. */
export function diagnosticsOf(refusals: readonly Refusal[]): readonly Diagnostic[] {
  const once = new Map(refusals.map((it) => [JSON.stringify(it), it]));
  return [...once.values()].map(({ code, message, source, related, help }) => ({
    code,
    severity: "error",
    message,
    ...(source !== "built-in" && { at: source }),
    ...(related && { related }),
    ...(help !== undefined && { help }),
  }));
}
