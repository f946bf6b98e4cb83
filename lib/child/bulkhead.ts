/**
 * What a plugin may import as `bulkhead`.
 *
 * @module
 */
import type { z } from "zod";
import type { Context } from "./context.ts";

export type { Context, Logger } from "./context.ts";
export type { Keeping, KeyValues, OfNamespace } from "./kv.ts";
export type { Storage, StoredWriter } from "./storage.ts";
export { parseDuration } from "../source/parse_duration.ts";

/** A task's class, written by a user: the default export of a plugin module. */
export interface TaskModule<T = unknown> {
  /** The class it implements, as flows name it. */
  readonly type: string;
  /** What its properties must be; they are rendered before they are checked. */
  readonly properties?: z.ZodType<T>;
  /** Does the work; what it returns becomes the task's outputs. */
  run(task: T, context: Context): unknown;
}

/**
 * Gives a plugin its types; returns what it is given.
 *
 * @example
 * ```ts ignore
 * import { z } from "zod";
 * import { defineTask } from "bulkhead";
 *
 * export default defineTask({
 *   type: "com.example.Greet",
 *   properties: z.object({ name: z.string() }),
 *   run: ({ name }, { logger }) => {
 *     logger.info("hello {}", name);
 *     return { greeting: `hello ${name}` };
 *   },
 * });
 * ```
 */
export function defineTask<T>(module: TaskModule<T>): TaskModule<T> {
  return module;
}
