/**
 * Tells whether a class lies under a class prefix, by whole segments.
 *
 * @param prefix A class or a package; one trailing dot is ignored.
 * @param type A task's class.
 *
 * @example `gcp` is not a prefix of `gcpx`
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { matchesClassPrefix } from "./matches_class_prefix.ts";
 *
 * equal(matchesClassPrefix("io.kestra.plugin.gcp", "io.kestra.plugin.gcp.bigquery.Query"), true);
 * equal(matchesClassPrefix("io.kestra.plugin.gcp", "io.kestra.plugin.gcpx.Query"), false);
 * ```
 */
export function matchesClassPrefix(prefix: string, type: string): boolean {
  const root = prefix.endsWith(".") ? prefix.slice(0, -1) : prefix;
  return type === root || type.startsWith(`${root}.`);
}
