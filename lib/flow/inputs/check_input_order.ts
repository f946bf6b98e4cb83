import type { Diagnostic, LocatedMap } from "../../model/mod.ts";
import { findLocated, nearest } from "../../source/mod.ts";
import { findCycle } from "../find_cycle.ts";
import { textOf } from "../located_values.ts";

/**
 * Says which inputs depend on one that is not there, or on themselves (`FlowValidator`).
 *
 * @param inputs By id; those of a FORM as `form.input`.
 */
export function checkInputOrder(
  inputs: ReadonlyMap<string, LocatedMap>,
  problems: Diagnostic[],
): void {
  const graph = new Map<string, readonly string[]>();
  for (const [id, item] of inputs) {
    const list = findLocated(item, ["dependsOn", "inputs"]);
    if (list?.kind !== "list") continue;
    const wanted = list.items.map((it) => ({ name: textOf(it) ?? "", at: it.source }));
    graph.set(id, wanted.map((it) => it.name));
    for (const { name, at } of wanted) {
      if (inputs.has(name)) continue;
      const near = nearest(name, inputs.keys());
      problems.push({
        code: "flow/unknown-input",
        severity: "error",
        message: `Cannot use input "${id}": it depends on "${name}", and there is no such input`,
        at,
        ...(near !== undefined && { help: `Did you mean "${near}"?` }),
      });
    }
  }
  const cycle = findCycle(graph);
  if (cycle === undefined) return;
  problems.push({
    code: "flow/cyclic-input",
    severity: "error",
    message: `Cannot ask for input "${cycle[0]}": it depends on itself, ${
      [...cycle, cycle[0]].join(" → ")
    }`,
    at: inputs.get(cycle[0]!)!.source,
    help: "Take one of them out of dependsOn",
  });
}
