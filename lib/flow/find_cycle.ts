/**
 * Finds what waits for itself.
 *
 * Linear, and without recursion: a flow of Kestra's largest size is no stack overflow.
 *
 * @param graph Who waits for whom; a name that is no key waits for nobody.
 * @returns The names along the first cycle, each once; `undefined` when there is none.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { findCycle } from "./find_cycle.ts";
 *
 * deepEqual(findCycle(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]])), ["b", "c"]);
 * ```
 */
export function findCycle(
  graph: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    const path = [start];
    const onPath = new Map([[start, 0]]);
    const next = [0];
    while (path.length > 0) {
      const name = path.at(-1)!;
      const other = graph.get(name)?.[next[next.length - 1]!++];
      if (other === undefined) {
        done.add(name);
        path.pop();
        onPath.delete(name);
        next.pop();
        continue;
      }
      const at = onPath.get(other);
      if (at !== undefined) return path.slice(at);
      if (done.has(other)) continue;
      onPath.set(other, path.length);
      path.push(other);
      next.push(0);
    }
  }
  return undefined;
}
