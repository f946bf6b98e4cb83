import { TaskFailure } from "../task_failure.ts";
import type { Context } from "../context.ts";
import type { BuiltIn, Properties } from "./mod.ts";
import { flagOf, isAbsent, optionalTextOf } from "./properties.ts";

/** `io.kestra.plugin.core.state.Get`: outputs `data`, a map, and `count`, how many names it has. */
export const stateGet: BuiltIn = (task, context, ask) => {
  const name = nameOf(task, context);
  const found = ask({ about: "state", do: "get", name });
  if (found === undefined && flagOf(task, "errorOnMissing", false)) throw missing(task);
  const data = (found ?? {}) as Properties;
  return { count: Object.keys(data).length, data };
};

/** `io.kestra.plugin.core.state.Set`: merges `data` into the state, map by map. */
export const stateSet: BuiltIn = (task, context, ask) => {
  const name = nameOf(task, context);
  const data = isAbsent(task.data) ? {} : task.data;
  if (!isMap(data)) throw new TaskFailure('Cannot use "data": expected a map');
  const merged = merge((ask({ about: "state", do: "get", name }) ?? {}) as Properties, data);
  ask({ about: "state", do: "set", name, value: merged });
  return { count: Object.keys(merged).length, key: name };
};

/** `io.kestra.plugin.core.state.Delete`: its output `deleted` says whether the state was there. */
export const stateDelete: BuiltIn = (task, context, ask) => {
  const deleted = ask({ about: "state", do: "delete", name: nameOf(task, context) }) === true;
  if (!deleted && flagOf(task, "errorOnMissing", false)) throw missing(task);
  return { deleted };
};

/** The state's name; in a loop each value has its own, unless `taskrunValue` is false. */
function nameOf(task: Properties, { variables }: Context): string {
  if (flagOf(task, "namespace", false)) {
    throw new TaskFailure(
      'Cannot use "namespace": true: a state is its flow\'s own; use keys (kv.Set) to share values',
    );
  }
  const name = optionalTextOf(task, "name") ?? "default";
  const { value } = (variables.taskrun ?? {}) as { readonly value?: unknown };
  return flagOf(task, "taskrunValue", true) && !isAbsent(value) ? `${name} of ${value}` : name;
}

function missing(task: Properties): TaskFailure {
  return new TaskFailure(`Cannot find state "${optionalTextOf(task, "name") ?? "default"}"`);
}

function merge(old: Properties, more: Properties): Properties {
  const merged: Record<string, unknown> = { ...old };
  for (const [key, it] of Object.entries(more)) {
    const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
    Object.defineProperty(merged, key, {
      value: isMap(before) && isMap(it) ? merge(before, it) : it,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return merged;
}

function isMap(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
