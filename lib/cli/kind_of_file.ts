import { type Located, StageError } from "../model/mod.ts";
import { parseYaml } from "../source/mod.ts";

/** What a YAML file may be to us. */
export type FileKind = "policy" | "flow" | "unit tests" | "policy tests" | "unknown";

/**
 * Says what was read: a policy has `kestra` or `bulkhead`, unit tests have `testCases`, policy tests have
 * `tests`, a flow has what every flow has.
 */
export function kindOfFile(root: Located | undefined): FileKind {
  if (root?.kind !== "map") return "unknown";
  const has = (...keys: readonly string[]) => keys.some((it) => root.entries.has(it));
  return has("kestra", "bulkhead")
    ? "policy"
    : has("testCases")
    ? "unit tests"
    : has("tests") && !has("namespace", "tasks")
    ? "policy tests"
    : has("id", "namespace", "tasks")
    ? "flow"
    : "unknown";
}

/**
 * Whether a text holds tests, and nothing to run or to go by: such files lie beside what they test. What
 * cannot be read holds none; whoever reads it next says so.
 */
export function holdsTests(text: string, file: string): boolean {
  if (!/tests|testCases/.test(text)) return false;
  try {
    const kind = kindOfFile(parseYaml(text, file));
    return kind === "unit tests" || kind === "policy tests";
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return false;
  }
}
