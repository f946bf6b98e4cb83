import { type Diagnostic, type LocatedMap, type PluginDefault, StageError } from "../model/mod.ts";
import { parseDefault } from "./parse_policy.ts";

/**
 * The plugin defaults that a flow has itself, under both of their names.
 *
 * @throws {StageError} When one is none.
 */
export function flowDefaults(flow: LocatedMap): readonly PluginDefault[] {
  const problems: Diagnostic[] = [];
  const found = ["pluginDefaults", "taskDefaults"].flatMap((key) => {
    const list = flow.entries.get(key)?.value;
    if (list === undefined || (list.kind === "scalar" && list.value === null)) return [];
    if (list.kind === "list") {
      return list.items.flatMap((item, i) => parseDefault(item, `${key}.${i}`, problems) ?? []);
    }
    problems.push({
      code: "flow/wrong-value",
      severity: "error",
      message: `Cannot use "${key}": expected a list, got a ${list.kind}`,
      at: list.source,
    });
    return [];
  });
  if (problems.length === 0) return found;
  throw new StageError(problems.map((it) => ({
    ...it,
    code: it.code.replace("policy/", "flow/") as Diagnostic["code"],
  })));
}
