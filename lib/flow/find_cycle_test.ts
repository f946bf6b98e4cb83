import { deepEqual, equal } from "node:assert/strict";
import { findCycle } from "./find_cycle.ts";

Deno.test.each([
  { name: "nothing", graph: {}, cycle: undefined },
  { name: "a diamond", graph: { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, cycle: undefined },
  { name: "a name that is no key", graph: { a: ["x"] }, cycle: undefined },
  { name: "a loop", graph: { a: ["a"] }, cycle: ["a"] },
  { name: "a way into a cycle", graph: { a: ["b"], b: ["c"], c: ["b"] }, cycle: ["b", "c"] },
  { name: "a cycle apart", graph: { a: [], b: ["c"], c: ["b"] }, cycle: ["b", "c"] },
])("findCycle() of $name", ({ graph, cycle }) => {
  deepEqual(findCycle(new Map(Object.entries(graph) as [string, string[]][])), cycle);
});

Deno.test("findCycle() follows a long chain without a stack", () => {
  const chain = new Map(Array.from({ length: 100_000 }, (_, i) => [`${i}`, [`${i + 1}`]]));
  equal(findCycle(chain), undefined);
  chain.set("100000", ["99999"]);
  deepEqual(findCycle(chain), ["99999", "100000"]);
});
