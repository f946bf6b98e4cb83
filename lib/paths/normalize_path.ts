import { posix } from "node:path";

/** A path fit for a rule, or the fact that makes it unfit. */
export type NormalizedPath =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly fact: string; readonly help?: string };

/**
 * Brings a path of a policy into the one form in which paths are compared:
 * absolute, without `.` and `..`, without a trailing slash.
 *
 * Refuses what a permission flag would silently misread: on Deno 2.9.6 a comma
 * splits a path in two, and `~`, `$HOME` and `file://` are taken as they stand.
 *
 * @param text As written. It need not exist.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { normalizePath } from "./normalize_path.ts";
 *
 * deepEqual(normalizePath("/var/../etc/"), { ok: true, path: "/etc" });
 * ```
 */
export function normalizePath(text: string): NormalizedPath {
  if (text === "") return { ok: false, fact: "it is empty" };
  if (text.startsWith("~")) {
    return { ok: false, fact: '"~" is not expanded', help: "Write the path out, from the root" };
  }
  if (!text.startsWith("/")) {
    return { ok: false, fact: "it is not absolute", help: "Write the path out, from the root" };
  }
  if (text.includes(",")) {
    return { ok: false, fact: "a comma would split it in two", help: "Name its directory instead" };
  }
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(text)) return { ok: false, fact: "it holds a control character" };
  if (text.includes("\ufffd") || /[\ud800-\udfff]/u.test(text)) {
    return { ok: false, fact: "it is not well-formed text" };
  }
  if (/[<>]/.test(text)) {
    return { ok: false, fact: '"<" and ">" mark placeholders in a plan' };
  }
  const path = posix.normalize(text).replace(/^\/+/, "/").replace(/(.)\/+$/, "$1");
  return { ok: true, path };
}
