import { equal, ok } from "node:assert/strict";
import { patternFault } from "./java_pattern.ts";

/** What only `java.util.regex` knows has to pass, as it stands in flows of users. */
Deno.test.each([
  "^[a-z]+$",
  "A\\d+",
  "(?i)yes|no",
  "(?i:yes)",
  "(?-i:yes)",
  "(?>a|ab)c",
  "a++b*+c?+d{1,2}+",
  "\\*+",
  "[*+]",
  "\\Q[not a class\\E$",
  "\\p{Alpha}\\A\\z",
  "[a-z&&[^b]]",
  "(?<year>\\d{4})-\\k<year>",
  "^\\d{4}-\\d{2}-\\d{2}T.*Z$",
])("patternFault() has nothing against %s", (pattern) => equal(patternFault(pattern), undefined));

/** Each beside the twin that is accepted. */
Deno.test.each([
  { text: "\\", control: "\\\\" },
  { text: "[", control: "[a]" },
  { text: "(", control: "()" },
  { text: "*a", control: "a*" },
  { text: "[z-a]", control: "[a-z]" },
  { text: "(?<1>a)", control: "(?<a>a)" },
])("patternFault() refuses $text", ({ text, control }) => {
  ok(patternFault(text));
  equal(patternFault(control), undefined);
});

Deno.test("patternFault() never tries a pattern", () => {
  equal(patternFault("(a+)+$".repeat(1000)), undefined);
});
