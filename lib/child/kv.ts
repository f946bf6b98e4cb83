import { parseDuration } from "../source/parse_duration.ts";
import type { Ask } from "./ask.ts";
import { TaskFailure } from "./task_failure.ts";

/** Which namespace's keys. */
export interface OfNamespace {
  /** The flow's own, or one above it, whose keys can be read; without it, the flow's own. */
  readonly namespace?: string;
}

/** What a value is kept with. */
export interface Keeping extends OfNamespace {
  /** ISO 8601 (`PT1H`) from now; without it the value stays. */
  readonly ttl?: string;
  /** Whether a key that is there already may get another value; it may, unless that is said. */
  readonly overwrite?: boolean;
}

/**
 * Keys and values that outlive executions. Every call asks the harness, which decides what the task may
 * reach, and is done when it returns.
 */
export interface KeyValues {
  /** The value, as it was set; `undefined` where there is none. */
  get(key: string, of?: OfNamespace): unknown;
  /**
   * @param value Anything that JSON can hold, 8 MiB at most.
   * @throws When the key is there and `overwrite` is false.
   */
  set(key: string, value: unknown, keeping?: Keeping): void;
  /** @returns Whether it was there. */
  delete(key: string, of?: OfNamespace): boolean;
  /** The keys that begin with `prefix`, in order. */
  list(prefix?: string, of?: OfNamespace): readonly string[];
}

/** Makes what a task reaches keys through. */
export function makeKeyValues(ask: Ask): KeyValues {
  const named = ({ namespace }: OfNamespace) => namespace === undefined ? {} : { namespace };
  return {
    get: (key, of = {}) => ask({ about: "kv", do: "get", key: String(key), ...named(of) }),
    set(key, value, { ttl, overwrite = true, ...of } = {}) {
      const ttlMs = ttl === undefined ? undefined : parseDuration(ttl);
      if (ttl !== undefined && ttlMs === undefined) {
        throw new TaskFailure(`Cannot use ttl "${ttl}": expected a duration such as "PT1H"`);
      }
      ask({
        about: "kv",
        do: "set",
        key: String(key),
        value: value ?? null,
        overwrite,
        ...(ttlMs !== undefined && { ttlMs }),
        ...named(of),
      });
    },
    delete: (key, of = {}) =>
      ask({ about: "kv", do: "delete", key: String(key), ...named(of) }) === true,
    list: (prefix = "", of = {}) =>
      ask({ about: "kv", do: "keys", prefix, ...named(of) }) as readonly string[],
  };
}
