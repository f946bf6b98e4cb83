import { equal } from "node:assert/strict";
import { utf16Column } from "./utf16_column.ts";

Deno.test.each([
  { line: "abc", characters: 2, column: 2 },
  { line: "é😀😀x", characters: 3, column: 5 },
  { line: "é😀😀x", characters: 0, column: 0 },
  { line: "ab", characters: 9, column: 2 },
])("utf16Column() of $characters in $line", ({ line, characters, column }) => {
  equal(utf16Column(line, characters), column);
});
