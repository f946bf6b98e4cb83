import { deepEqual } from "node:assert/strict";
import { findIgnores } from "./find_ignores.ts";

const lines = (text: string) =>
  findIgnores(text, "x.yaml").map((it) => [it.codes.join(" "), it.reason, it.at.line, it.line]);

Deno.test.each([
  {
    name: "before a line",
    text: "a: 1\n# bulkhead-ignore check/x: for a reason\nb: 2\n",
    found: [["check/x", "for a reason", 2, 3]],
  },
  {
    name: "at the end of a line",
    text: "a: 1 # bulkhead-ignore check/x: why\nb: 2\n",
    found: [["check/x", "why", 1, 1]],
  },
  {
    name: "behind a key",
    text: "a: # bulkhead-ignore check/x: why\n  b: 2\n",
    found: [["check/x", "why", 1, 1]],
  },
  {
    name: "several codes, and several comments before one line",
    text:
      "# bulkhead-ignore check/x, check/y: one\n\n# another\n# bulkhead-ignore check/z: two\n- a\n",
    found: [["check/x check/y", "one", 1, 5], ["check/z", "two", 4, 5]],
  },
  {
    name: "in a list, at the depth of the next item",
    text: "a:\n  # bulkhead-ignore check/x: why\n  - b\n  - c\n",
    found: [["check/x", "why", 2, 3]],
  },
  {
    name: "without a reason, without a code",
    text: "# bulkhead-ignore check/x\na: 1\n# bulkhead-ignore\nb: 1\n",
    found: [["check/x", "", 1, 2], ["", "", 3, 4]],
  },
  {
    name: "with a colon in the reason, with CRLF and a byte order mark",
    text: "\ufeff# bulkhead-ignore check/x: see: there\r\na: 1\r\n",
    found: [["check/x", "see: there", 1, 2]],
  },
  {
    name: "at the end, before nothing",
    text: "a: 1\n# bulkhead-ignore check/x: why\n",
    found: [["check/x", "why", 2, 0]],
  },
  {
    name: "after a block scalar",
    text: "a: |\n  one\n  two\n# bulkhead-ignore check/x: why\nb: 2\n",
    found: [["check/x", "why", 4, 5]],
  },
  {
    name: "not in a block scalar",
    text: "a: |\n  # bulkhead-ignore check/x: why\n  b\n",
    found: [],
  },
  { name: "not in quotes", text: 'a: "# bulkhead-ignore check/x: why"\n', found: [] },
  { name: "not in a plain scalar", text: "a: b#bulkhead-ignore check/x: why\n", found: [] },
  { name: "not another word", text: "# bulkhead-ignored check/x: why\na: 1\n", found: [] },
])("findIgnores() $name", ({ text, found }) => {
  deepEqual(lines(text), found);
});
