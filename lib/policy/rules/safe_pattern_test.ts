import { equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { checkPattern } from "./safe_pattern.ts";

Deno.test.each([
  { pattern: "io.kestra.*", text: "io.kestra.plugin.core.log.Log", matches: true },
  { pattern: "kestra", text: "io.kestra", matches: false },
  { pattern: "a|b", text: "ab", matches: false },
  { pattern: "^a|b$", text: "b", matches: true },
  // Kestra's own example: quantifiers inside quantifiers, and yet no two ways to match.
  { pattern: "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", text: "daily-orders-sync", matches: true },
  { pattern: "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", text: "Daily", matches: false },
  { pattern: "(?i)docker\\.io/.*", text: "Docker.IO/a", matches: true },
  { pattern: "\\Qa.b[\\E.", text: "a.b[c", matches: true },
  { pattern: "[\\w&-]+", text: "a&b", matches: true },
  { pattern: ".*", text: "a\nb", matches: false },
  { pattern: "a$", text: "a\n", matches: false },
])("checkPattern() $pattern on $text: $matches", ({ pattern, text, matches }) => {
  const checked = checkPattern(pattern);
  equal(checked.ok && checked.pattern.test(text), matches, JSON.stringify(checked));
});

/** Each with a twin that is fine. */
Deno.test.each([
  { name: "nothing", pattern: "", control: "a" },
  { name: "a broken pattern", pattern: "a(", control: "a\\(" },
  { name: "look-ahead", pattern: "(?=a)a", control: "(?:a)a" },
  { name: "look-behind", pattern: "a(?<!b)", control: "a(?P<n>b)" },
  { name: "a back reference", pattern: "(a)\\1", control: "(a)a" },
  { name: "a possessive quantifier", pattern: "a++", control: "a+" },
  { name: "an atomic group", pattern: "(?>a)", control: "(?:a)" },
  { name: "a class inside a class", pattern: "[a-z&&[^b]]", control: "[a-z&]" },
  { name: "classes that are joined", pattern: "[a-z&&b]", control: "[a-z&b]" },
  { name: "a POSIX class", pattern: "[[:alpha:]]", control: "\\p{L}" },
  { name: "a class that begins with its end", pattern: "[]a]", control: "[\\]a]" },
  { name: "Java's flag U", pattern: "(?iU)a", control: "(?i)U" },
  { name: "too many repetitions", pattern: "((a{50}){50}){50}", control: "(a{5}){5}" },
  { name: "a long program", pattern: "(\\w{1,90}\\.){1,11}x{900}", control: "\\w{1,63}" },
  { name: "a long text", pattern: "a".repeat(1_001), control: "a".repeat(1_000) },
])("checkPattern() refuses $name", ({ pattern, control }) => {
  const checked = checkPattern(pattern);
  equal(checked.ok, false);
  ok(!checked.ok && checked.fact.length > 5 && !checked.fact.includes("\n"));
  equal(checkPattern(control).ok, true, control);
});

/** What makes a backtracking engine take minutes takes no time here. */
Deno.test.each([
  { pattern: "(a+)+" },
  { pattern: "(a|a)*" },
  { pattern: "(a|aa)+" },
  { pattern: "(.*a){20}" },
  { pattern: ".*a.*a.*a.*b" },
  { pattern: "(a?){30}a{30}" },
])("checkPattern() $pattern takes linear time", ({ pattern }) => {
  const checked = checkPattern(pattern);
  ok(checked.ok);
  const start = performance.now();
  equal(checked.pattern.test("a".repeat(50_000) + "!"), false);
  ok(performance.now() - start < 2_000);
  match(checked.pattern.source, /a/);
});

Deno.test("checkPattern() matches what JavaScript's own engine matches", () => {
  const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "\\.", "a?", "b*");
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4 },
      atom,
      fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `${a}${b}`),
      fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `(?:${a}|${b})`),
      fc.tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "{1,2}", "{2}"))
        .map(([a, q]) => `(?:${a})${q}`),
    ),
  }));
  const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "1", "é"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      const checked = checkPattern(pattern);
      if (!checked.ok) return;
      equal(checked.pattern.test(text), new RegExp(`^(?:${pattern})$`, "u").test(text));
    }),
    { numRuns: 3_000 },
  );
});
