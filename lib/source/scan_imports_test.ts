import { deepEqual, equal, ok } from "node:assert/strict";
import { scanImports } from "./scan_imports.ts";

Deno.test.each([
  { text: `await import("/a")`, found: ["/a"] },
  { text: `await import ( '/a' )`, found: ["/a"] },
  { text: "import(`/a`)", found: ["/a"] },
  { text: `import x from "/a"; export * from '/b'; import "/c"`, found: ["/a", "/b", "/c"] },
  { text: `require("/a")`, found: ["/a"] },
  { text: `import("\\x2fa"); import("\\u002Fb"); import("\\u{2f}c")`, found: ["/a", "/b", "/c"] },
  { text: `{{ x }} import("/a", { with: { type: "text" } })`, found: ["/a"] },
  { text: "import(`/${name}`)", found: [] },
  { text: `important("/a")`, found: [] },
  { text: `import(name)`, found: [] },
])("scanImports($text)", ({ text, found }) => {
  deepEqual(scanImports(text).map((it) => it.specifier), found);
});

Deno.test("scanImports() gives the place of the quote, in whole letters", () => {
  const places = scanImports(`a;\n  await import("/x"); "😀"; import('/y')\n\nimport("/z")`)
    .map(({ line, character }) => [line, character]);
  deepEqual(places, [[1, 15], [1, 34], [3, 7]]);
});

Deno.test("scanImports() is linear, on one line and on many", () => {
  for (const between of [" ", "\n"]) {
    const text = Array.from({ length: 100_000 }, (_, i) => `import("/${i}")`).join(between);
    const start = performance.now();
    equal(scanImports(text).length, 100_000);
    const took = performance.now() - start;
    ok(took < 5_000, `${took} ms; a quadratic one takes minutes`);
  }
});
