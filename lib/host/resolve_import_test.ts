import { deepEqual, equal } from "node:assert/strict";
import { resolveImport } from "./resolve_import.ts";

const FROM = "/nowhere/plugins/a b/p.ts";

Deno.test.each([
  { specifier: "./q.ts", path: "/nowhere/plugins/a b/q.ts" },
  { specifier: "../q.ts", path: "/nowhere/plugins/q.ts" },
  { specifier: "/etc/x", path: "/etc/x" },
  { specifier: "//etc/x", path: "/x" },
  { specifier: "file:///etc/x", path: "/etc/x" },
  { specifier: "FILE:///etc/%78", path: "/etc/x" },
  { specifier: "file://localhost/etc/x", path: "/etc/x" },
  { specifier: "/etc/%2e%2e/x", path: "/x" },
  { specifier: "/etc/x?a#b", path: "/etc/x" },
])("resolveImport($specifier) is the file $path", async ({ specifier, path }) => {
  const found = await resolveImport(specifier, FROM);
  equal(found.kind, "file");
  equal(found.kind === "file" && found.path, path);
});

Deno.test.each([
  { specifier: "zod", kind: "own" },
  { specifier: "node:fs", kind: "own" },
  { specifier: "data:text/javascript,1", kind: "own" },
  { specifier: "left-pad", kind: "unknown" },
  { specifier: "#it", kind: "unknown" },
  { specifier: "https://example.com/x", kind: "remote" },
  { specifier: "npm:x", kind: "remote" },
])("resolveImport($specifier) is $kind", async ({ specifier, kind }) => {
  equal((await resolveImport(specifier, FROM)).kind, kind);
});

Deno.test("resolveImport() resolves links", async () => {
  const box = await Deno.realPath(await Deno.makeTempDir());
  await Deno.writeTextFile(`${box}/file.ts`, "");
  await Deno.symlink(`${box}/file.ts`, `${box}/link.ts`);
  deepEqual(await resolveImport("./link.ts", `${box}/p.ts`), {
    kind: "file",
    path: `${box}/link.ts`,
    real: `${box}/file.ts`,
  });
  await Deno.remove(box, { recursive: true });
});
