import { deepEqual, equal } from "node:assert/strict";
import { readMentions } from "./named_outputs.ts";
import { makeOutputTree } from "./output_tree.ts";

/** What a text sees of these outputs, at value `v1` of a loop inside one at `v0`. */
function seen(text: string): unknown {
  const tree = makeOutputTree();
  tree.set("a", [], { x: 1 });
  tree.set("b-c", [], { x: 2 });
  for (const outer of ["v0", "w0"]) {
    for (const inner of ["v1", "w1"]) tree.set("l", [outer, inner], { x: `${outer} ${inner}` });
  }
  const at: Record<string, string> = { "taskrun.value": "v1", "parent.taskrun.value": "v0" };
  const { outputs } = readMentions({ text });
  return JSON.parse(JSON.stringify(tree.only(outputs, (it) => at[it])));
}

const LOOP = {
  v0: { v1: { x: "v0 v1" }, w1: { x: "v0 w1" } },
  w0: { v1: { x: "w0 v1" }, w1: { x: "w0 w1" } },
};
const ALL = { a: { x: 1 }, "b-c": { x: 2 }, l: LOOP };

const rows: readonly { readonly text: string; readonly sees: unknown }[] = [
  { text: "outputs.a, but no expression", sees: {} },
  { text: "{{ inputs.a }}", sees: {} },
  { text: "{{ outputs.a.x }}", sees: { a: { x: 1 } } },
  { text: `{{ outputs['b-c'].x }}`, sees: { "b-c": { x: 2 } } },
  { text: `{{ outputs["b-c"].x ~ outputs.a.x }}`, sees: { "b-c": { x: 2 }, a: { x: 1 } } },
  {
    text: "{{ outputs.l[parent.taskrun.value][taskrun.value].x }}",
    sees: { l: { v0: { v1: { x: "v0 v1" } } } },
  },
  { text: "{{ outputs.l[parent.taskrun.value] }}", sees: { l: { v0: LOOP.v0 } } },
  { text: "{{ outputs.l['v0'].v1 }}", sees: { l: LOOP } },
  { text: "{{ outputs.l[taskrun.value] ?? 'none' }}", sees: { l: LOOP } },
  { text: "{{ currentEachOutput(outputs.l) }}", sees: { l: LOOP } },
  { text: "{{ parent.outputs.a }}", sees: {} },
  { text: "{{ outputs }}", sees: ALL },
  { text: "{{ outputs[inputs.which] }}", sees: ALL },
  { text: "{{ render(vars.text) }}", sees: ALL },
  { text: "{{ outputs.other.x }}", sees: { a: {}, "b-c": {}, l: {} } },
];

for (const { text, sees } of rows) {
  Deno.test(`outputs: ${text}`, () => deepEqual(seen(text), sees));
}

Deno.test("outputs: a later round takes the place of an earlier one", () => {
  const tree = makeOutputTree();
  tree.set("a", [], { x: 1, y: 1 });
  tree.set("a", [], { x: 2 });
  deepEqual(tree.all.a, { x: 2 });
});

Deno.test("outputs: a value of a loop may be any text", () => {
  const tree = makeOutputTree();
  tree.set("l", ["__proto__"], { x: 1 });
  tree.set("l", ["constructor", "__proto__"], { x: 2 });
  equal(
    JSON.stringify(tree.all),
    '{"l":{"__proto__":{"x":1},"constructor":{"__proto__":{"x":2}}}}',
  );
  equal(({} as Record<string, unknown>).x, undefined);
});
