import type { Diagnostic, LocatedMap, Task } from "../model/mod.ts";
import { duplicate } from "./findings.ts";

/**
 * Says which tasks have an id that another has, wherever in the flow (`FlowValidator`).
 *
 * @param tasks All of the flow's, those inside flowables beside them.
 * @returns The ids.
 */
export function refuseTwins(
  tasks: readonly Task[],
  problems: Diagnostic[],
): ReadonlySet<string> {
  const seen = new Map<string, LocatedMap>();
  for (const { id, effective } of tasks) {
    const twin = seen.get(id);
    if (twin !== undefined) problems.push(duplicate("task", id, effective, twin.source));
    else seen.set(id, effective);
  }
  return new Set(seen.keys());
}
