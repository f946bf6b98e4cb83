import { deepEqual, ok, throws } from "node:assert/strict";
import { type Input, type InputType, StageError } from "../model/mod.ts";
import { resolveInputs } from "./resolve_inputs.ts";

const input = (id: string, type: InputType, more: Partial<Input> = {}): Input => ({
  id,
  type,
  required: true,
  source: { file: "f", line: 1, column: 1 },
  ...more,
});

Deno.test("resolveInputs() gives each input its value, its default, or null", () => {
  const flow = {
    file: "f",
    inputs: [
      input("a", "INT"),
      input("b", "STRING", { defaults: { value: "x" } }),
      input("c", "JSON", { required: false }),
      input("d", "BOOLEAN"),
    ],
  };
  deepEqual(resolveInputs(flow, { a: "7", d: true }), { a: 7, b: "x", c: null, d: true });
});

/** Each refusal beside the twin that is accepted. */
Deno.test.each(
  [
    { type: "INT", bad: "1.5", good: "-15" },
    { type: "INT", bad: "", good: "0" },
    { type: "FLOAT", bad: "NaN", good: "1e3" },
    { type: "BOOLEAN", bad: "yes", good: "TRUE" },
    { type: "JSON", bad: "{a}", good: '{"a":1}' },
    { type: "STRING", bad: { a: 1 }, good: 5 },
  ] as const,
)("resolveInputs() refuses $bad for $type", ({ type, bad, good }) => {
  const flow = { file: "f", inputs: [input("a", type)] };
  throws(() => resolveInputs(flow, { a: bad }), StageError);
  resolveInputs(flow, { a: good });
});

Deno.test("resolveInputs() tells everything that is wrong, as wrong usage", () => {
  try {
    resolveInputs({ file: "f", inputs: [input("count", "INT")] }, { cuont: "1" });
    ok(false, "it was accepted");
  } catch (error) {
    ok(error instanceof StageError);
    deepEqual(error.fault, "usage");
    deepEqual(error.diagnostics.map((it) => [it.code, it.help]), [
      ["usage/unknown-input", 'Did you mean "count"?'],
      ["usage/missing-input", "Give it with -i count=…"],
    ]);
  }
});
