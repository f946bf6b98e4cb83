import { deepEqual } from "node:assert/strict";
import type { LocatedMap, LocatedScalar } from "../model/mod.ts";
import { parseYaml } from "./parse_yaml.ts";
import { placesInScalar } from "./place_in_scalar.ts";

Deno.test.each([
  { name: "a literal block", text: "s: |\n  a;\n    b X\n", at: [3, 7] },
  { name: "a block whose indent is said", text: "s: |2\n    a\n   X\n", at: [3, 4] },
  { name: "a block with an anchor", text: "s: &a |\n   b X\n", at: [2, 6] },
  { name: "a block with Windows lines", text: "s: |\r\n  a\r\n  X\r\n", at: [3, 3] },
  { name: "letters of two units", text: "s: |\n  😀é X\n", at: [2, 7] },
  { name: "a plain scalar", text: "s: a X\n", at: [1, 6] },
  { name: "a quoted one", text: 's: "a X"\n', at: [1, 7] },
  { name: "one in flow style", text: "{s: 'a X'}\n", at: [1, 8] },
  { name: "a folded block, by its start", text: "s: >\n  a\n  X\n", at: [1, 4] },
  { name: "escapes, by their start", text: 's: "a\\nX"\n', at: [1, 4] },
])("placesInScalar() of $name", ({ text, at: [line, column] }) => {
  const root = parseYaml(text, "f.yaml") as LocatedMap;
  const { value, source } = root.entries.get("s")!.value as LocatedScalar;
  const before = String(value).split("X")[0]!.split("\n");
  const place = placesInScalar(text.split("\n"), source, String(value));
  const found = place(before.length - 1, [...before.at(-1)!].length);
  deepEqual(found, { file: "f.yaml", line, column });
});
