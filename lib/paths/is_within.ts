/**
 * Tells whether `path` is `root` or lies below it.
 *
 * Compares whole segments, so `/srv/app-data` is not within `/srv/app`. Purely
 * textual: it sees through no link, so give it real paths where links matter.
 *
 * @param root Absolute POSIX path in the form of `normalizePath`.
 * @param path The same.
 *
 * @example A shared beginning is not containment
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { isWithin } from "./is_within.ts";
 *
 * equal(isWithin("/srv/app", "/srv/app/logs"), true);
 * equal(isWithin("/srv/app", "/srv/app-data"), false);
 * ```
 */
export function isWithin(root: string, path: string): boolean {
  return root === "/" || path === root || path.startsWith(`${root}/`);
}
