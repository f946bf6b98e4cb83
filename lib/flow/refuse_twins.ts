import type { Diagnostic, LocatedMap, Task } from "../model/mod.ts";
import { duplicate } from "./findings.ts";

/**
 * Says which tasks have an id that another has, wherever in the flow (`FlowValidator`).
 *
 * @returns The ids.
 */
export function refuseTwins(
  tasks: readonly Task[],
  problems: Diagnostic[],
): ReadonlySet<string> {
  const seen = new Map<string, LocatedMap>();
  const walk = (all: readonly Task[]) => {
    for (const { id, effective, children } of all) {
      const twin = seen.get(id);
      if (twin !== undefined) problems.push(duplicate("task", id, effective, twin.source));
      else seen.set(id, effective);
      walk(children);
    }
  };
  walk(tasks);
  return new Set(seen.keys());
}
