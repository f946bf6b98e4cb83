import { deepEqual, equal } from "node:assert/strict";
import { readValues } from "./read_values.ts";

const rows: readonly { readonly given: unknown; readonly texts: readonly string[] | string }[] = [
  { given: '["a", 1, true, {"k": 1}]', texts: ["a", "1", "true", '{"k":1}'] },
  { given: ["a", "a", "b"], texts: ["a", "b"] },
  { given: [], texts: [] },
  { given: '{"a": 1}', texts: ['{"key":"a","value":1}'] },
  { given: "[1,", texts: 'Cannot use values "[1,": it is no JSON list or map' },
  { given: "3", texts: "Cannot use values 3: it is no list and no map" },
  { given: ["a", null], texts: 'Cannot use values ["a",null]: a value of it is null' },
];

for (const { given, texts } of rows) {
  Deno.test(`values: ${JSON.stringify(given)}`, () => {
    const read = readValues(given, given, true);
    if (read.ok) deepEqual(read.values.map((it) => it.text), texts);
    else equal(read.message, texts);
  });
}
