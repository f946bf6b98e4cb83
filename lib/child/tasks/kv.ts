import { parseDuration } from "../../source/parse_duration.ts";
import { TaskFailure } from "../task_failure.ts";
import { globPattern } from "./glob_pattern.ts";
import type { BuiltIn, Properties } from "./mod.ts";
import { flagOf, isAbsent, optionalTextOf, textOf, wordOf } from "./properties.ts";

const TYPES = ["STRING", "NUMBER", "BOOLEAN", "DATETIME", "DATE", "DURATION", "JSON"] as const;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/;

/** `io.kestra.plugin.core.kv.Set`: gives a key a value, as a text unless `kvType` says otherwise. */
export const kvSet: BuiltIn = (task, { kv }) => {
  const ttl = optionalTextOf(task, "ttl");
  kv.set(textOf(task, "key"), valueOf(task), {
    overwrite: flagOf(task, "overwrite", true),
    ...(ttl !== undefined && { ttl }),
    ...namespaceOf(task),
  });
};

/** `io.kestra.plugin.core.kv.Get`: its output `value` is null where there is none. */
export const kvGet: BuiltIn = (task, { kv }) => {
  const key = textOf(task, "key");
  const value = kv.get(key, namespaceOf(task));
  if (value === undefined && flagOf(task, "errorOnMissing", false)) throw missing(key, task);
  return { value: value ?? null };
};

/** `io.kestra.plugin.core.kv.Delete`: its output `deleted` says whether the key was there. */
export const kvDelete: BuiltIn = (task, { kv }) => {
  const key = textOf(task, "key");
  const deleted = kv.delete(key, namespaceOf(task));
  if (!deleted && flagOf(task, "errorOnMissing", false)) throw missing(key, task);
  return { deleted };
};

/** `io.kestra.plugin.core.kv.GetKeys`: its output `keys` lists those that begin with `prefix`. */
export const kvGetKeys: BuiltIn = (task, { kv }) => ({
  keys: kv.list(optionalTextOf(task, "prefix") ?? "", namespaceOf(task)),
});

/**
 * `io.kestra.plugin.core.kv.PurgeKV`, of the flow's own namespace: deletes keys, those only that fit
 * `keyPattern`, and counts them in `size`. What has expired is no key any more and is forgotten without a
 * task, so that where only that is to go, as it is by default, there is nothing to do.
 */
export const kvPurge: BuiltIn = (task, { kv, logger, variables }) => {
  const own = (variables.flow as { readonly namespace?: string } | undefined)?.namespace;
  const named = isAbsent(task.namespaces) ? [own] : task.namespaces;
  if (!Array.isArray(named) || named.some((it) => it !== own)) {
    throw new TaskFailure(
      `Cannot purge keys of other namespaces: a task changes keys of its own, "${own}"`,
    );
  }
  if (expiredOnly(task)) {
    logger.info("keys that have expired are forgotten without a task");
    return { size: 0 };
  }
  const fits = globPattern(optionalTextOf(task, "keyPattern") ?? "*");
  const size = kv.list().filter((key) => fits.test(key) && kv.delete(key)).length;
  logger.info("purged {} keys", size);
  return { size };
};

function expiredOnly(task: Properties): boolean {
  if (!isAbsent(task.expiredOnly)) return flagOf(task, "expiredOnly", true);
  const { behavior } = task;
  if (isAbsent(behavior)) return true;
  if (typeof behavior !== "object" || (behavior as Properties).type !== "key") {
    throw new TaskFailure('Cannot purge: of "behavior" the type "key" is supported');
  }
  return flagOf(behavior as Properties, "expiredOnly", true);
}

function namespaceOf(task: Properties): { readonly namespace?: string } {
  const namespace = optionalTextOf(task, "namespace");
  return namespace === undefined ? {} : { namespace };
}

function missing(key: string, task: Properties): TaskFailure {
  const { namespace } = namespaceOf(task);
  const where = namespace === undefined ? "the flow's namespace" : `namespace "${namespace}"`;
  return new TaskFailure(`Cannot find key "${key}": ${where} has no value for it`);
}

function valueOf(task: Properties): unknown {
  const { value } = task;
  if (isAbsent(value)) throw new TaskFailure('Cannot run: the task has no "value"');
  const type = wordOf(task, "kvType", TYPES, "STRING");
  if (typeof value !== "string") return value;
  const typed = (isOne: boolean, made: unknown = value) => {
    if (isOne) return made;
    throw new TaskFailure(`Cannot set a ${type}: "${value.slice(0, 100)}" is none`);
  };
  switch (type) {
    case "STRING":
      return value;
    case "NUMBER":
      return typed(value.trim() !== "" && Number.isFinite(Number(value)), Number(value));
    case "BOOLEAN":
      return value.trim().toLowerCase() === "true"; // as Java reads one
    case "DATETIME":
      return typed(INSTANT.test(value) && !Number.isNaN(Date.parse(value)));
    case "DATE":
      return typed(
        (INSTANT.test(value) || /^\d{4}-\d\d-\d\d$/.test(value)) &&
          !Number.isNaN(Date.parse(value)),
      );
    case "DURATION":
      return typed(parseDuration(value) !== undefined);
    case "JSON":
      try {
        return JSON.parse(value);
      } catch {
        return typed(false);
      }
  }
}
