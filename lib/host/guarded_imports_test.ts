import { deepEqual, equal, ok } from "node:assert/strict";
import { builtinModules } from "node:module";
import { guardedImports, guardScopes, listNodeModules } from "./guarded_imports.ts";

const HARMLESS = [
  "buffer",
  "constants",
  "os",
  "path",
  "path/posix",
  "path/win32",
  "punycode",
  "querystring",
  "string_decoder",
  "url",
  "util/types",
];

Deno.test("guardedImports() leads every module of Node to the guard, but the harmless", async () => {
  const imports = guardedImports(await listNodeModules());
  const names = builtinModules.map((it) => it.replace(/^node:/, ""));
  ok(names.length > 60, `only ${names.length} modules`);
  const past = names.filter((it) =>
    !imports[it]?.startsWith("data:text/javascript,const%20_=__bulkhead_node(") ||
    imports[it] !== imports[`node:${it}`]
  );
  deepEqual(past.sort(), HARMLESS);
});

Deno.test("what stands before a module gives what the guard gives, under the same names", async () => {
  const { "node:it": url } = guardedImports({ it: ["default", "one", "not-a-name", "_"] });
  Object.defineProperty(globalThis, "__bulkhead_node", {
    value: (name: string) => ({ name, one: 1 }),
    configurable: true,
  });
  try {
    const module = await import(url!);
    deepEqual(Object.keys(module).sort(), ["default", "one"]);
    equal(module.one, 1);
    equal(module.default.name, "it");
  } finally {
    Reflect.deleteProperty(globalThis, "__bulkhead_node");
  }
});

Deno.test("what stands before a module fails where there is no guard", async () => {
  const { "node:other": url } = guardedImports({ other: ["one"] });
  const error = await import(url!).then(() => undefined, (it) => it);
  ok(error instanceof ReferenceError, String(error));
});

Deno.test("guardScopes() lets what a child starts with have one original", () => {
  deepEqual(guardScopes(["eval.mjs"]), {
    "./eval.mjs": { "node:worker_threads": "node:worker_threads" },
  });
});
