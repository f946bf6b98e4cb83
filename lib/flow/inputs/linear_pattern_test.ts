import { deepEqual, equal } from "node:assert/strict";
import { readLinearPattern } from "./linear_pattern.ts";
import { matchesPattern } from "./matches_pattern.ts";

/** Each pattern with a text that matches and one that does not. */
Deno.test.each([
  { pattern: "A\\d+", good: "A123", bad: "xA123" },
  { pattern: "^[a-z]+$", good: "abc", bad: "abc1" },
  { pattern: "(?i)abc", good: "ABC", bad: "AB" },
  { pattern: "a|bc", good: "bc", bad: "abc" },
  { pattern: "(?=.{8,})(?=.*[A-Z])(?=.*[0-9]).*", good: "1245Abc@$Zk", bad: "1245abc@$zk" },
  { pattern: "^(?!root$)[a-z]+$", good: "roots", bad: "root" },
  { pattern: "(?i)(?=.*x)a.*", good: "AX", bad: "ab" },
  { pattern: "(?=a(b|c)[)]).*", good: "ac)", bad: "ac" },
  { pattern: "\\Qa+b\\E", good: "a+b", bad: "aab" },
  { pattern: "[]a]+", good: "]a", bad: "b" },
  { pattern: "x{2}", good: "xx", bad: "x" },
])("matchesPattern() of $pattern takes $good, and not $bad", ({ pattern, good, bad }) => {
  deepEqual(matchesPattern(pattern, good), { ok: true, matches: true });
  deepEqual(matchesPattern(pattern, bad), { ok: true, matches: false });
});

Deno.test.each([
  { pattern: "a++", fact: "it has a possessive quantifier", control: "a+" },
  { pattern: "a{2}+", fact: "it has a possessive quantifier", control: "a\\}+" },
  { pattern: "(?>a)", fact: "it has an atomic group", control: "(?:a)" },
  { pattern: "(a)\\1", fact: "it refers back to a group", control: "(a)\\\\1" },
  { pattern: "a(?=b).", fact: "it has a look-around that is not in front", control: "(?=b)." },
  { pattern: "(?<=a)b", fact: "it has a look-around that is not in front", control: "(?<n>a)b" },
  {
    pattern: "(?=a).|b",
    fact: "it has a look-ahead in one of several alternatives",
    control: "(?=a)(?:.|b)",
  },
  {
    pattern: "[a-z&&[^b]]",
    fact: "it has a class of characters within another",
    control: "[a-z\\[&]",
  },
])("readLinearPattern() refuses $pattern, and takes $control", ({ pattern, fact, control }) => {
  deepEqual(readLinearPattern(pattern), { ok: false, fact });
  equal(readLinearPattern(control).ok, true);
});

Deno.test("matchesPattern() of what Java would match for ever is quick", () => {
  deepEqual(matchesPattern("(a+)+b", "a".repeat(50_000)), { ok: true, matches: false });
});

Deno.test("matchesPattern() cannot tell of a pattern that repeats too much", () => {
  equal(matchesPattern("(((a{100}){100}){100}){100}", "a").ok, false);
});
