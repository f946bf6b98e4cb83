import { deepEqual } from "node:assert/strict";
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

Deno.test("scanImports() gives the place of the quote", () => {
  deepEqual(scanImports(`a;\n  await import("/x");`), [
    { specifier: "/x", line: 1, character: 15 },
  ]);
});
