import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { packLocated, unpackLocated } from "./pack_located.ts";
import { parseYaml } from "./parse_yaml.ts";

/** Across a thread, as `postMessage` takes it. */
function there<T>(it: T): T {
  return structuredClone(it);
}

Deno.test("what is packed comes out as it was read, places and all", () => {
  const values = fc.letrec((tie) => ({
    scalar: fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.boolean()),
    any: fc.oneof(
      { maxDepth: 4 },
      tie("scalar"),
      fc.constant(null),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("any"), { maxKeys: 4 }),
    ),
  })).any;
  let read = 0;
  fc.assert(fc.property(values, (value) => {
    let located;
    try {
      located = parseYaml(stringify(value), "a.yaml");
    } catch {
      return; // a key that is "<<", or an infinite number
    }
    if (located === undefined) return;
    read++;
    deepEqual(unpackLocated(there(packLocated(located)), "a.yaml"), located);
  }));
  deepEqual(read > 50, true, `${read} values could be read`);
});

Deno.test("a text with all kinds of values comes out as it was read", () => {
  const text = `a: &x [1, 2.5, "three", null, true, ]
b: {c: , "": 'd'}
list:
  - *x
  -
  - |
    some
    lines
"1": -0
`;
  const located = parseYaml(text, "b.yaml")!;
  const again = unpackLocated(there(packLocated(located)), "b.yaml");
  deepEqual(again, located);
  deepEqual(unpackLocated(packLocated(located), "other.yaml").source.file, "other.yaml");
});
