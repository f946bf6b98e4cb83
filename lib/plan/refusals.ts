import { nearest } from "../source/nearest.ts";
import type { Diagnostic, Refusal, Task } from "../model/mod.ts";

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
