import { equal, throws } from "node:assert/strict";
import { renderDeep } from "./mod.ts";
import { sampleScope } from "./sample_scope.ts";

Deno.test.each([
  { name: "texts", value: "{{ 1 + 1 }}", is: '"2"' },
  { name: "texts in lists", value: ["{{ 1 }}", ["{{ 2 }}"]], is: '["1",["2"]]' },
  { name: "texts in maps, not their keys", value: { "k{{ 2 }}": "{{ 1 }}" }, is: '{"k2":"1"}' },
  { name: "nothing else", value: [1, true, null, undefined], is: "[1,true,null,null]" },
  {
    name: "a key __proto__",
    value: JSON.parse('{"__proto__":"{{ 1 }}"}'),
    is: '{"__proto__":"1"}',
  },
])(
  "renderDeep() renders $name",
  ({ value, is }) => equal(JSON.stringify(renderDeep(value, sampleScope)), is),
);

Deno.test.each([
  { name: "an unknown name", value: { a: ["{{ nope }}"] }, control: { a: ["{{ inner }}"] } },
  { name: "a function", value: { a: () => 1 }, control: { a: "1" } },
  { name: "an instance", value: [new Date(0)], control: ["1"] },
])("renderDeep() refuses $name", ({ value, control }) => {
  renderDeep(control, sampleScope);
  throws(() => renderDeep(value, sampleScope), { name: "ExpressionError" });
});
