import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import type { LocatedMap } from "../model/mod.ts";
import { parseYaml, toPlain } from "../source/mod.ts";
import { mergeMaps } from "./merge.ts";

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, 0, 1, "x", ""),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
  ),
}));
const map = fc.dictionary(fc.constantFrom("a", "b", "c"), value, { maxKeys: 3 })
  .map((it) => ({ ...it }));

const located = (it: object) => parseYaml(JSON.stringify(it), "f") as LocatedMap;
const merged = (a: object, b: object) => toPlain(mergeMaps(located(a), located(b)));

Deno.test("mergeMaps(): laid over itself a map stays what it is", () => {
  fc.assert(fc.property(map, (a) => deepEqual(merged(a, a), a)));
});

Deno.test("mergeMaps(): a null never wins, and what is over a null does", () => {
  fc.assert(fc.property(map, value, (a, it) => {
    deepEqual(merged({ k: it }, { k: null }), { k: it });
    deepEqual(merged({ k: null }, { k: it }), { k: it });
    deepEqual(merged(a, {}), a);
    deepEqual(merged({}, a), a);
  }));
});

Deno.test("mergeMaps(): no key is lost, of lists no item, and a scalar over anything wins", () => {
  fc.assert(fc.property(map, map, (a, b) => {
    const result = merged(a, b);
    deepEqual(new Set(Object.keys(result)), new Set([...Object.keys(a), ...Object.keys(b)]));
    for (const [key, over] of Object.entries(b)) {
      const under = a[key];
      if (over !== null && typeof over !== "object") deepEqual(result[key], over);
      if (!Array.isArray(over) || !Array.isArray(under)) continue;
      deepEqual((result[key] as unknown[]).slice(0, under.length), under);
      for (const it of over) {
        ok((result[key] as unknown[]).some((has) => JSON.stringify(has) === JSON.stringify(it)));
      }
    }
  }));
});
