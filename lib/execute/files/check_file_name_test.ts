import { deepEqual, equal, match } from "node:assert/strict";
import fc from "fast-check";
import { checkFileName } from "./check_file_name.ts";

Deno.test.each([
  { given: "a.txt", name: "a.txt" },
  { given: "d/e/a.txt", name: "d/e/a.txt" },
  { given: "./d/./a", name: "d/a" },
  { given: "d//a", name: "d/a" },
  { given: "..a/b..", name: "..a/b.." },
  { given: ".env", name: ".env" },
  { given: "a b\\c", name: "a b\\c" },
  { given: "d/.output", name: "d/.output" },
])("checkFileName() takes $given", ({ given, name }) => {
  deepEqual(checkFileName(given), { ok: true, name });
});

Deno.test.each([
  { given: "../a", fact: /"\.\."/, control: "a" },
  { given: "d/../a", fact: /"\.\."/, control: "d/a" },
  { given: "d/..", fact: /"\.\."/, control: "d/x" },
  { given: "/etc/passwd", fact: /not relative/, control: "etc/passwd" },
  { given: "//a", fact: /not relative/, control: "a" },
  { given: "", fact: /names no file/, control: "a" },
  { given: ".", fact: /names no file/, control: "./a" },
  { given: "d/", fact: /names a directory/, control: "d" },
  { given: "a\0b", fact: /control character/, control: "ab" },
  { given: "a\nb", fact: /control character/, control: "a b" },
  { given: "a\x7f", fact: /control character/, control: "a" },
  { given: ".output/a", fact: /directory of the harness/, control: ".outputs/a" },
  { given: "./.input", fact: /directory of the harness/, control: ".inputs" },
  { given: "x".repeat(256), fact: /longer/, control: "x".repeat(255) },
  { given: "é".repeat(128), fact: /longer/, control: "é".repeat(127) },
  { given: "d/".repeat(1_500) + "a", fact: /longer/, control: "d/".repeat(1_499) + "a" },
])("checkFileName() refuses $given", ({ given, fact, control }) => {
  const checked = checkFileName(given);
  match(checked.ok ? "taken" : checked.fact, fact);
  equal(checkFileName(control).ok, true);
});

Deno.test("checkFileName() property: what it takes stays below any directory", () => {
  const part = fc.constantFrom(".", "..", "/", "a", "\0", "\\", "~", "%2e", "\u2024", "\uff0e");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
      const checked = checkFileName(parts.join(""));
      if (!checked.ok) return;
      equal(
        new URL(`file:///w/${encodeURIComponent(checked.name).replaceAll("%2F", "/")}`).pathname
          .startsWith("/w/"),
        true,
      );
      equal(checked.name.split("/").every((it) => it !== "" && it !== "." && it !== ".."), true);
    }),
    { numRuns: 1_000 },
  );
});
