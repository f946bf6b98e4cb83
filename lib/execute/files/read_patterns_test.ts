import { equal, match, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { FileRefusal } from "./file_refusal.ts";
import { isGlob, readNamespacePatterns, readPatterns } from "./read_patterns.ts";

const WORK = "/work/space";

async function matches(pattern: string, path: string): Promise<boolean> {
  const { names, matches } = await readPatterns([pattern], WORK);
  return names.includes(path) || matches(path);
}

/** A pattern, what it matches, and what is close to that and is not matched. */
const rows: readonly (readonly [pattern: string, is: readonly string[], not: readonly string[]])[] =
  [
    ["a.txt", ["a.txt"], ["b.txt", "d/a.txt", "aXtxt"]],
    ["./d//a.txt", ["d/a.txt"], ["a.txt"]],
    ["/a.txt", ["a.txt"], ["d/a.txt"]],
    [`${WORK}/a.txt`, ["a.txt"], ["work/space/a.txt"]],
    ["*", ["a.txt", "b"], ["d/a.txt", ".env"]],
    ["*.txt", ["a.txt"], ["a.csv", "d/a.txt", ".txt", ".a.txt"]],
    ["./*.txt", ["a.txt"], ["d/a.txt"]],
    [`${WORK}/*.txt`, ["a.txt"], ["d/a.txt"]],
    ["glob:*.txt", ["a.txt"], ["d/a.txt"]],
    ["a?c", ["abc", "aéc", "a😀c"], ["ac", "abbc", "a/c"]],
    ["?env", ["xenv"], [".env"]],
    ["**", ["a", "d/a", "d/e/a"], [".env", "d/.env", ".git/config"]],
    ["**.txt", ["a.txt", "d/e/a.txt"], ["a.csv", "d/.a.txt"]],
    // As in Java, where the slash has to be there.
    ["**/a", ["d/a", "d/e/a"], ["a", "d/b"]],
    ["d/**", ["d/a", "d/e/a"], ["d", "e/a", "d/.x"]],
    ["d/*/a", ["d/e/a"], ["d/a", "d/e/f/a", "d/.e/a"]],
    ["{a,b}.txt", ["a.txt", "b.txt"], ["c.txt", "a,b.txt"]],
    ["{d/*,e}.txt", ["d/x.txt", "e.txt"], ["d/e/x.txt"]],
    ["a{,b}", ["a", "ab"], ["b"]],
    ["a,b*", ["a,b", "a,bc"], ["a"]],
    ["[a-c]x", ["ax", "bx", "cx"], ["dx", "x"]],
    ["[!a-c]x", ["dx"], ["ax", "x", "/x"]],
    ["[*?\\]x", ["*x", "?x", "\\x"], ["ax"]],
    ["[a-]x", ["ax", "-x"], ["bx"]],
    ["[--9]x", ["-x", "0x"], [".x", "/x"]],
    ["\\*x", ["*x"], ["ax"]],
    ["a}b*", ["a}b"], ["ab"]],
    ["(a|b)+*", ["(a|b)+"], ["a", "b"]],
    [".env", [".env"], ["env", "d/.env"]],
    [".*", [".env", ".a.txt"], ["env", "d/.env"]],
    ["**/.env", ["d/.env"], ["d/.envrc", ".git/.env"]],
    ["{.env,a*}", [".env", "a1"], [".envrc", ".a"]],
    ["[.]env", [], [".env"]],
    [".git/**", [".git/config", ".git/a/b"], [".git/.lock", "git/config"]],
    ["regex:.*\\.txt", ["a.txt", "d/a.txt"], ["a.csv", "axtxt"]],
    ["regex:/work/.*/d/a", ["d/a"], ["a"]],
    ["regex:[ab]", ["a", "b"], ["ab", "c"]],
  ];

for (const [pattern, is, not] of rows) {
  Deno.test(`readPatterns() reads ${pattern}`, async () => {
    for (const path of is) equal(await matches(pattern, path), true, path);
    for (const path of not) equal(await matches(pattern, path), false, path);
  });
}

Deno.test("readPatterns() keeps hidden files from a regular expression that does not write their dot", async () => {
  for (const source of [".*", ".*\\.env", "[^/]*", "(a|.)env"]) {
    const { matches, namesHidden } = await readPatterns([`regex:${source}`], WORK);
    equal(namesHidden || matches(".env") || matches("d/.env"), false, source);
  }
  for (const source of ["(.*/)?\\.env", "(?:\\.|d/)?\\.?env|\\.env", ".*/\\.env|[.]env"]) {
    const { matches } = await readPatterns([`regex:${source}`], WORK);
    equal(matches(".env"), true, source);
  }
});

Deno.test.each([
  { pattern: "../a", fact: /it holds "\.\."/, control: "b/a" },
  { pattern: "d/../../a", fact: /it holds "\.\."/, control: "d/a" },
  { pattern: "a\nb", fact: /control character/, control: "a b" },
  { pattern: "d/", fact: /names a directory/, control: "d" },
  { pattern: "a[bc", fact: /"\[" is not closed/, control: "a[bc]" },
  { pattern: "a[]c*", fact: /is empty|are empty/, control: "a[x]c*" },
  { pattern: "a[/]", fact: /"\/" stands in brackets/, control: "a[x]" },
  { pattern: "a[c-a]", fact: /ends before it begins/, control: "a[a-c]" },
  { pattern: "{a,b*", fact: /"{" is not closed/, control: "{a,b*}" },
  { pattern: "{a,{b,c}}", fact: /inside another/, control: "{a,b,c}" },
  { pattern: "{a,b}".repeat(9), fact: /more than 256 alternatives/, control: "{a,b}".repeat(8) },
  { pattern: "a*\\", fact: /last backslash/, control: "a*\\\\" },
  { pattern: "regex:(a", fact: /missing/, control: "regex:(a)" },
  { pattern: "regex:(?=a)b", fact: /./, control: "regex:ab" },
  { pattern: "regex:(((a{100}){100}){100})", fact: /./, control: "regex:a{100}" },
])("readPatterns() refuses $pattern", async ({ pattern, fact, control }) => {
  await readPatterns([control], WORK);
  await rejects(readPatterns([pattern], WORK), (error) => {
    ok(error instanceof FileRefusal);
    match(error.message, /^Cannot use (pattern|output file) "/);
    match(error.message, fact);
    return true;
  });
});

/** Names as scripts write them, with everything that means something in a pattern. */
const segment = fc.stringMatching(/^[a-c*?[\]{}!,\\ .^$()+|-]{1,6}$/)
  .filter((it) => it !== "." && it !== "..");
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((it) => it.join("/"));
const escaped = (text: string) => text.replace(/[*?[\]{}!,\\]/g, "\\$&");

Deno.test("readPatterns() property: an escaped path means itself alone", async () => {
  await fc.assert(
    fc.asyncProperty(path, path, async (one, other) => {
      // A pattern without a wildcard is a name, in which nothing is escaped.
      const pattern = `{${escaped(one)},${escaped(one)}}`;
      equal(await matches(pattern, one), true);
      equal(await matches(pattern, other), one === other);
    }),
    { numRuns: 200 },
  );
});

Deno.test("readPatterns() property: no wildcard takes what is hidden", async () => {
  await fc.assert(
    fc.asyncProperty(path, async (it) => {
      const hidden = it.split("/").some((segment) => segment.startsWith("."));
      equal(await matches("**", it), !hidden);
      equal(await matches("*", it), !hidden && !it.includes("/"));
      equal(await matches("regex:[\\s\\S]*", it), !hidden);
    }),
    { numRuns: 200 },
  );
});

Deno.test("readPatterns() property: any text is a pattern or a refusal", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 20 }), async (text) => {
      for (const pattern of [text, `glob:${text}`, `regex:${text}`]) {
        try {
          const { matches } = await readPatterns([pattern], WORK);
          equal(typeof matches("a"), "boolean");
        } catch (error) {
          ok(error instanceof FileRefusal, String(error));
        }
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("isGlob() tells a name from a pattern", () => {
  for (const it of ["a.txt", "d/a", "a,b", "a}"]) equal(isGlob(it), false, it);
  for (const it of ["*", "a?", "[a]", "{a}", "a\\b", "regex:a", "glob:a"]) {
    equal(isGlob(it), true, it);
  }
});

Deno.test("readNamespacePatterns() reads include and exclude as Kestra does", async () => {
  const cases = [
    { include: [], exclude: [], is: ["a.py", "d/a.py", ".env"], not: [] },
    { include: ["a.py"], exclude: [], is: ["a.py", "d/a.py"], not: ["b.py"] },
    { include: ["*.py"], exclude: [], is: ["a.py"], not: ["d/a.py"] },
    { include: ["/d/**"], exclude: [], is: ["d/a.py"], not: ["a.py"] },
    { include: [], exclude: ["d/*"], is: ["a.py"], not: ["d/a.py", "x/d/a.py"] },
    { include: ["**.py"], exclude: ["d/a.py"], is: ["a.py", "d/b.py"], not: ["d/a.py", "a.js"] },
    { include: ["regex:.*b\\.py"], exclude: [], is: ["b.py", "d/b.py"], not: ["a.py"] },
  ];
  for (const { include, exclude, is, not } of cases) {
    const patterns = await readNamespacePatterns(include, exclude);
    for (const it of is) equal(patterns.matches(it), true, `${include} ${exclude} ${it}`);
    for (const it of not) equal(patterns.matches(it), false, `${include} ${exclude} ${it}`);
  }
  await rejects(readNamespacePatterns(["["], []), FileRefusal);
});
