import { TaskFailure } from "../../task_failure.ts";
import type { BuiltIn } from "../mod.ts";
import { isAbsent, structureOf } from "../properties.ts";

/**
 * The half of `io.kestra.plugin.core.storage.LocalFiles` that is the flow author's: its properties, rendered,
 * as the harness takes them. A child of ours reaches no workspace.
 */
export const localFiles: BuiltIn = (task) => {
  const inputs = structureOf(task, "inputs") ?? {};
  if (typeof inputs !== "object" || Array.isArray(inputs)) {
    throw new TaskFailure('Cannot use "inputs": expected a map of names and texts');
  }
  const { outputs } = task;
  if (!isAbsent(outputs) && !Array.isArray(outputs)) {
    throw new TaskFailure('Cannot use "outputs": expected a list of patterns');
  }
  return {
    inputs: Object.fromEntries(
      Object.entries(inputs as Record<string, unknown>).map((
        [name, it],
      ) => [name, textIn(name, it)]),
    ),
    outputs: ((outputs ?? []) as readonly unknown[]).map(String),
  };
};

function textIn(name: string, content: unknown): string | null {
  if (typeof content === "object" && content !== null) {
    throw new TaskFailure(`Cannot lay file "${name}": what it holds is no text`);
  }
  return content === null ? null : String(content);
}
