/**
 * Tells whether a rendered `runIf` or `when` lets a task run.
 *
 * Kestra's rule: nothing, `false` in any case, `0` and `-0`, with or without white space
 * around, are false; all else is true.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { isTrue } from "./is_true.ts";
 *
 * equal(isTrue(" False "), false);
 * equal(isTrue("0.0"), true);
 * equal(isTrue("null"), true);
 * ```
 */
export function isTrue(rendered: string): boolean {
  return !["", "false", "0", "-0"].includes(rendered.trim().toLowerCase());
}
