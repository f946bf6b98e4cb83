import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import type { Fix } from "../../model/mod.ts";
import { applyFixes } from "./apply_fixes.ts";

const edit = (line: number, column: number, length: number, text: string) => ({
  at: { file: "x.yaml", line, column },
  end: { line, column: column + length },
  text,
});
const fix = (...edits: Fix["edits"]): Fix => ({ title: "it", edits });

Deno.test("applyFixes() changes what is named, and nothing else", () => {
  const text = "\ufeffa: 1\r\n# b\r\nc:  2";
  const { text: fixed, applied } = applyFixes(text, [
    fix(edit(3, 1, 1, "cc"), edit(1, 2, 1, "aa")),
    fix(edit(3, 6, 0, "!")),
  ]);
  equal(fixed, "\ufeffaa: 1\r\n# b\r\ncc:  2!");
  equal(applied.length, 2);
});

Deno.test("applyFixes() makes a change whole or not at all", () => {
  const first = fix(edit(1, 1, 3, "x"));
  const overlapping = fix(edit(1, 3, 2, "y"), edit(2, 1, 1, "z"));
  const nowhere = fix(edit(9, 1, 1, "y"));
  const beyond = fix(edit(1, 9, 1, "y"));
  const itself = fix(edit(2, 1, 2, "a"), edit(2, 2, 1, "b"));
  const { text, applied } = applyFixes("abcd\nefgh", [first, overlapping, nowhere, beyond, itself]);
  equal(text, "xd\nefgh");
  deepEqual(applied, [first]);
});

Deno.test("law: what is between changes stays, and each change is in the text", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 8 }).map((it) => it.replaceAll("\n", "")), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.infiniteStream(fc.boolean()),
      fc.constantFrom("\n", "\r\n"),
      (lines, choices, end) => {
        const text = lines.join(end);
        const chosen = lines.map((_, i) => ({ i, on: choices.next().value as boolean }))
          .filter((it) => it.on);
        const fixes = chosen.map(({ i }) => fix(edit(i + 1, 1, lines[i]!.length, `<${i}>`)));
        const expected = lines.map((it, i) => chosen.some((c) => c.i === i) ? `<${i}>` : it);
        equal(applyFixes(text, fixes).text, expected.join(end));
      },
    ),
    { numRuns: 500 },
  );
});
