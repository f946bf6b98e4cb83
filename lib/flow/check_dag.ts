import type { Diagnostic, Task } from "../model/mod.ts";
import { findLocated, nearest } from "../source/mod.ts";
import { findCycle } from "./find_cycle.ts";
import { textOf } from "./located_values.ts";

/**
 * Says which steps of a Dag wait for a task that is not in it, and which for themselves
 * (`DagTaskValidator`).
 */
export function checkDag(dag: Task, problems: Diagnostic[]): void {
  const steps = findLocated(dag.effective, ["tasks"]);
  if (steps?.kind !== "list") return;
  const all = steps.items.flatMap((step) => {
    const id = textOf(findLocated(step, ["task", "id"]));
    if (id === undefined) return [];
    const dependsOn = findLocated(step, ["dependsOn"]);
    const named = dependsOn?.kind === "list" ? dependsOn.items : dependsOn ? [dependsOn] : [];
    return [{
      id,
      at: dependsOn?.source ?? step.source,
      needs: named.flatMap((it) => {
        const name = textOf(it);
        return name === undefined ? [] : [{ name, at: it.source }];
      }),
    }];
  });
  const ids = all.map((it) => it.id);
  const known = new Set(ids);
  for (const { id, needs } of all) {
    for (const { name, at } of needs) {
      if (known.has(name)) continue;
      const near = nearest(name, ids);
      problems.push({
        code: "flow/unknown-dependency",
        severity: "error",
        message: `Cannot run "${id}" after "${name}": Dag "${dag.id}" has no such task`,
        at,
        help: near === undefined ? `It has ${ids.join(", ")}` : `Did you mean "${near}"?`,
      });
    }
  }
  const cycle = findCycle(new Map(all.map((it) => [it.id, it.needs.map((need) => need.name)])));
  if (cycle === undefined) return;
  problems.push({
    code: "flow/cyclic-dependency",
    severity: "error",
    message: `Cannot order Dag "${dag.id}": cyclic dependency ${[...cycle, cycle[0]].join(" → ")}`,
    at: all.find((it) => it.id === cycle[0])!.at,
    help: "Take one of them out of dependsOn",
  });
}
