import { TaskFailure } from "../task_failure.ts";
import type { BuiltIn } from "./mod.ts";
import { isAbsent, structureOf } from "./properties.ts";

/**
 * `io.kestra.plugin.core.execution.Labels`: merges labels into those of the execution, which later tasks
 * see. They are a map, a list of `{key, value}`, or the JSON of a map.
 */
export const labels: BuiltIn = (task, _, ask) => {
  const given = structureOf(task, "labels");
  if (typeof given !== "object" || given === null) {
    throw new TaskFailure('Cannot set labels: the task has no map or list "labels"');
  }
  const pairs = Array.isArray(given) ? given.map(pairOf) : Object.entries(given);
  const set = Object.fromEntries(pairs.map(([key, value]) => [key, shown(value)]));
  ask({ about: "labels", do: "set", labels: set });
};

function pairOf(label: unknown): [string, unknown] {
  const { key, value } = (label ?? {}) as { readonly key?: unknown; readonly value?: unknown };
  if (isAbsent(key) || isAbsent(value)) {
    throw new TaskFailure("Cannot set a label: it has no key or no value");
  }
  return [String(key), value];
}

function shown(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
