import { deepEqual, match } from "node:assert/strict";
import type { Diagnostic } from "../../model/mod.ts";
import { parseYaml } from "../../source/mod.ts";
import { parsePolicies } from "./parse_policies.ts";
import { checkPattern } from "./safe_pattern.ts";
import { rule } from "./written_rules.ts";

function parse(value: unknown) {
  const problems: Diagnostic[] = [];
  const policies = parsePolicies(
    parseYaml(JSON.stringify(value), "p.yaml")!,
    checkPattern,
    problems,
  );
  return { policies, problems };
}

const add = (rest: object = {}) => rule("Add", { values: { a: { b: 1 } }, ...rest });
const remove = (rest: object = {}) => rule("Delete", { properties: ["a.b"], ...rest });
const of = (field: string, operator: string, value: unknown) => ({
  where: [{ field, operator, value }],
});

/** `Add` and `Delete` of one property, and whether they can meet. */
Deno.test.each<{ name: string; rules: readonly (readonly [object, object?])[]; meet: boolean }>([
  { name: "in one policy", rules: [[add()], [remove()]], meet: true },
  { name: "through a parent", rules: [[add()], [remove({ properties: ["a"] })]], meet: true },
  { name: "through a child", rules: [[add()], [remove({ properties: ["a.b.c"] })]], meet: true },
  { name: "beside each other", rules: [[add()], [remove({ properties: ["a.c"] })]], meet: false },
  { name: "of one beginning", rules: [[add()], [remove({ properties: ["a.bc"] })]], meet: false },
  {
    name: "on flow and plugin",
    rules: [[add({ on: "FLOW" })], [remove()]],
    meet: false,
  },
  {
    name: "in a namespace and one below",
    rules: [[add(), { target: { namespaces: ["x"] } }], [remove(), {
      target: { namespaces: ["x.y"] },
    }]],
    meet: true,
  },
  {
    name: "in namespaces of one beginning",
    rules: [[add(), { target: { namespaces: ["x"] } }], [remove(), {
      target: { namespaces: ["xy"] },
    }]],
    meet: false,
  },
  {
    name: "one switched off",
    rules: [[add(), { enforcement: "DISABLED" }], [remove()]],
    meet: false,
  },
  { name: "one evaluated", rules: [[add(), { enforcement: "EVALUATE" }], [remove()]], meet: false },
  {
    name: "one by reference",
    rules: [[add(), { enforcement: "REFERENCE" }], [remove()]],
    meet: true,
  },
  {
    name: "of one class",
    rules: [[add(of("type", "STARTS_WITH", "io.a"))], [remove(of("type", "EQUAL_TO", "io.a.B"))]],
    meet: true,
  },
  {
    name: "of two classes",
    rules: [[add(of("type", "STARTS_WITH", "io.a"))], [remove(of("type", "EQUAL_TO", "io.b.B"))]],
    meet: false,
  },
  {
    name: "of two packages",
    rules: [[add(of("type", "STARTS_WITH", "io.a"))], [remove(of("type", "STARTS_WITH", "io.b"))]],
    meet: false,
  },
  {
    name: "of lists that have one in common",
    rules: [[add(of("type", "IN", ["a", "b"]))], [remove(of("type", "IN", ["b", "c"]))]],
    meet: true,
  },
  {
    name: "of lists that have none in common",
    rules: [[add(of("type", "IN", ["a", "b"]))], [remove(of("type", "IN", ["c"]))]],
    meet: false,
  },
  {
    name: "of two fields",
    rules: [[add(of("type", "EQUAL_TO", "a"))], [remove(of("id", "EQUAL_TO", "b"))]],
    meet: true,
  },
])("parsePolicies() Add and Delete $name: conflict $meet", ({ rules, meet }) => {
  const { problems } = parse(rules.map(([it, rest], i) => ({ id: `p${i}`, ...rest, rules: [it] })));
  deepEqual(problems.map((it) => it.code), meet ? ["policy/conflict"] : []);
  if (meet) match(problems[0]!.message, /^Cannot add "a.*policy "p0": policy "p1" deletes it$/);
});
