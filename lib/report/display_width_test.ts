import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { cutToWidth, displayWidth } from "./display_width.ts";

Deno.test.each([
  { text: "abc", width: 3 },
  { text: "日本語", width: 6 },
  { text: "e\u0301", width: 1 },
  { text: "👍", width: 2 },
  { text: "한글", width: 4 },
  { text: "ｱ", width: 1 },
  { text: "Ａ", width: 2 },
])("displayWidth() of $text", ({ text, width }) => equal(displayWidth(text), width));

Deno.test("cutToWidth() keeps what fits, and never takes more than it may", () => {
  equal(cutToWidth("abc", 3), "abc");
  equal(cutToWidth("abcd", 3), "ab…");
  equal(cutToWidth("日本", 3), "日…");
  equal(cutToWidth("日本", 4), "日本");
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(20), (text, columns) => {
    const cut = cutToWidth(text, columns);
    ok(displayWidth(cut) <= columns);
    if (displayWidth(text) <= columns) equal(cut, text);
  }));
});
