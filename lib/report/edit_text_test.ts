import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import type { PolicyEdit } from "../model/mod.ts";
import { editYaml } from "./edit_text.ts";

const nested = (path: readonly string[], value: unknown) =>
  path.toReversed().reduce<unknown>((inner, key) => ({ [key]: inner }), value);

Deno.test("editYaml() reads as what it was made of, whatever text it is", () => {
  const path = fc.array(fc.constantFrom("bulkhead", "network", "allow", "forbidden-paths"), {
    minLength: 1,
    maxLength: 4,
  });
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("off", "no", "null", "1", "a.org:443", "- x", "# x", "*:*", "a: b", "~"),
  );
  const edit = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), file: fc.constant("p"), path, value: word }),
    fc.record({
      kind: fc.constant("set" as const),
      file: fc.constant("p"),
      path,
      value: fc.oneof(word, fc.boolean(), fc.array(word)),
    }),
  );
  fc.assert(fc.property(edit, (it: Exclude<PolicyEdit, { kind: "remove" }>) => {
    const value = it.kind === "add" ? [it.value] : it.value;
    deepEqual(parse(editYaml(it, new Map()), { version: "1.2" }), nested(it.path, value));
  }));
});

Deno.test("editYaml() switches on a block that is not there", () => {
  const edit = {
    kind: "add",
    file: "p",
    path: ["kestra", "ee", "java-security", "forbidden-paths"],
    value: "/x",
  } as const;
  const there = new Map([["p", "kestra:\n  ee:\n    javaSecurity:\n      enabled: true\n"]]);
  equal(
    editYaml(edit, new Map()),
    "kestra:\n  ee:\n    java-security:\n      enabled: true\n      forbidden-paths:\n        - /x",
  );
  equal(editYaml(edit, there).includes("enabled"), false);
});
