import { deepEqual } from "node:assert/strict";
import { linesOf } from "./split_items.ts";

const ROWS: readonly (readonly [string, readonly string[]])[] = [
  ["", []],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["a\n\nb", ["a", "", "b"]],
  ["a\r\nb\rc\n", ["a", "b", "c"]],
  ["ä\r", ["ä"]],
  // Longer than what is read at once, with an end of line on the border.
  [`${"x".repeat(64 * 1024 - 1)}\r\ny`, ["x".repeat(64 * 1024 - 1), "y"]],
];

Deno.test("split items: lines end as Java reads them", async () => {
  const path = await Deno.makeTempFile();
  try {
    for (const [text, expected] of ROWS) {
      await Deno.writeTextFile(path, text);
      using file = await Deno.open(path);
      deepEqual(await Array.fromAsync(linesOf(file)), expected);
    }
  } finally {
    await Deno.remove(path);
  }
});
