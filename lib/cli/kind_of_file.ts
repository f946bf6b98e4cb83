import type { Located } from "../model/mod.ts";

/** What a YAML file may be to us. */
export type FileKind = "policy" | "flow" | "unit tests" | "unknown";

/**
 * Says what was read: a policy has `kestra` or `bulkhead`, unit tests have `testCases`, a flow has what
 * every flow has.
 */
export function kindOfFile(root: Located | undefined): FileKind {
  if (root?.kind !== "map") return "unknown";
  const has = (...keys: readonly string[]) => keys.some((it) => root.entries.has(it));
  return has("kestra", "bulkhead")
    ? "policy"
    : has("testCases")
    ? "unit tests"
    : has("id", "namespace", "tasks")
    ? "flow"
    : "unknown";
}
