import { equal } from "node:assert/strict";
import { printable } from "./printable.ts";

Deno.test.each([
  { name: "keeps plain text", text: "a\tb\nü", shown: "a\tb\nü" },
  { name: "disarms a colour", text: "\x1b[31mred", shown: "\\u{1b}[31mred" },
  { name: "disarms a line rewrite", text: "ok\rNO", shown: "ok\\u{d}NO" },
  { name: "disarms a bidi override", text: "a\u202eb", shown: "a\\u{202e}b" },
  { name: "disarms an 8-bit escape", text: "a\x9b31m", shown: "a\\u{9b}31m" },
])("printable() $name", ({ text, shown }) => equal(printable(text), shown));
