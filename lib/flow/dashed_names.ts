import type { LocatedMap, Refusal, Task } from "../model/mod.ts";
import { findLocated } from "../source/mod.ts";
import { notSupported } from "./findings.ts";
import { scalarsOf } from "./located_values.ts";

/** Expressions that are nothing but a name, as Kestra looks for them. */
const PATTERNS = {
  inputs: /\{\{\s*inputs\.([a-zA-Z0-9][\w.-]*)\s*\}\}/g,
  outputs: /\{\{\s*outputs\.([a-zA-Z0-9][\w-]*)\.[^{}]{1,500}\}\}/g,
} as const;

/**
 * Says which expressions name an input or a task whose name has a dash: they subtract.
 *
 * Kestra took such a flow at first and rejects it now (`FlowValidator`). No version renders one, so
 * the flow is planned and not run.
 *
 * @param root The flow as it was read.
 * @param tasks All of its tasks.
 * @param taskIds Their ids, and of those inside them.
 */
export function refuseDashedNames(
  root: LocatedMap,
  tasks: readonly Task[],
  taskIds: ReadonlySet<string>,
): readonly Refusal[] {
  const inputs = findLocated(root, ["inputs"]);
  const outputs = findLocated(root, ["outputs"]);
  const known = {
    inputs: new Set(
      inputs?.kind !== "list" ? [] : inputs.items.flatMap((it) => {
        const id = findLocated(it, ["id"]) ?? findLocated(it, ["name"]);
        return id?.kind === "scalar" ? [String(id.value)] : [];
      }),
    ),
    outputs: taskIds,
  };
  const found = new Map<string, Refusal>();
  for (const part of [...tasks.map((it) => it.effective), ...(outputs ? [outputs] : [])]) {
    for (const { value, source } of scalarsOf(part)) {
      if (typeof value !== "string" || !value.includes("{{")) continue;
      for (const kind of ["inputs", "outputs"] as const) {
        for (const [, name = ""] of value.matchAll(PATTERNS[kind])) {
          const written = `${kind}.${name}`;
          if (!name.includes("-") || !known[kind].has(name) || found.has(written)) continue;
          found.set(written, {
            ...notSupported(
              `Cannot run: "${written}" subtracts in an expression, a dash is no part of a name`,
              source,
              `Write ${kind}['${name}']`,
            ),
            code: "flow/dashed-name",
          });
        }
      }
    }
  }
  return [...found.values()];
}
