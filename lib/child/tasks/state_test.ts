import { deepEqual, equal, throws } from "node:assert/strict";
import { sampleContext } from "./sample_context.ts";
import { stateDelete, stateGet, stateSet } from "./state.ts";

Deno.test("state: what is set is merged, map by map, and has its name", () => {
  const { context, ask, states } = sampleContext();
  deepEqual(stateGet({}, context, ask), { count: 0, data: {} });
  deepEqual(stateSet({ data: { a: { x: 1 }, b: 1 } }, context, ask), { count: 2, key: "default" });
  stateSet({ data: { a: { y: 2 }, b: [2] } }, context, ask);
  deepEqual(stateGet({}, context, ask), { count: 2, data: { a: { x: 1, y: 2 }, b: [2] } });
  stateSet({ name: "mine", data: {} }, context, ask);
  deepEqual([...states.keys()], ["default", "mine"]);
  deepEqual(stateDelete({}, context, ask), { deleted: true });
  deepEqual(stateDelete({}, context, ask), { deleted: false });
  throws(() => stateDelete({ errorOnMissing: true }, context, ask), /Cannot find state "default"/);
  throws(() => stateGet({ errorOnMissing: true }, context, ask), /Cannot find state "default"/);
});

Deno.test("state: in a loop each value has its own, unless that is not wanted", () => {
  const { context, ask, states } = sampleContext({ taskrun: { value: "v1" } });
  stateSet({ data: { a: 1 } }, context, ask);
  stateSet({ data: { a: 2 }, taskrunValue: false }, context, ask);
  deepEqual([...states.keys()], ["default of v1", "default"]);
});

Deno.test("state: what would change prototypes is data like other data", () => {
  const { context, ask } = sampleContext();
  stateSet({ data: JSON.parse('{"__proto__": {"polluted": 1}}') }, context, ask);
  equal(({} as { polluted?: number }).polluted, undefined);
});

Deno.test("state: one that a namespace shares is refused", () => {
  const { context, ask } = sampleContext();
  throws(() => stateGet({ namespace: true }, context, ask), /a state is its flow's own/);
  deepEqual(stateGet({ namespace: false }, context, ask), { count: 0, data: {} });
});
