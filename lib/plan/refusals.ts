import { nearest } from "../source/nearest.ts";
import type { Diagnostic, HostFacts, Policy, Refusal, Task } from "../model/mod.ts";

/** What the machine lacks, as a refusal. */
export function hostRefusal({ code, message, help }: Diagnostic): Refusal {
  return {
    code,
    message,
    by: "host",
    source: "built-in",
    ...(help !== undefined && { help }),
  };
}

/**
 * Refuses a task for the first of its keys that would not be honoured.
 *
 * @param known Names that are.
 */
export function unsupportedKey(task: Task, known: readonly string[]): Refusal | undefined {
  for (const [name, { key }] of task.effective.entries) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    return {
      code: "plan/unsupported-property",
      message:
        `Cannot run task "${task.id}": property "${name}" of ${task.type.value} is not supported`,
      by: "unsupported",
      source: key,
      help: near === undefined ? `It supports ${known.join(", ")}` : `Did you mean "${near}"?`,
    };
  }
  return undefined;
}

/** A policy that demands the kernel layer gets no weaker one. */
export function kernelRefusal(
  { kernel }: Pick<Policy, "kernel">,
  host: Pick<HostFacts, "kernel">,
): Refusal | undefined {
  if (kernel.value !== "require" || host.kernel.found) return undefined;
  return {
    code: "host/kernel-layer",
    message: `Cannot enforce "kernel: require": ${host.kernel.problem.message}`,
    by: "host",
    source: kernel.source ?? "built-in",
    help: 'Say "kernel: prefer" to run without it, and read what that leaves open',
  };
}
