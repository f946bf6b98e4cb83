import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Diagnostic } from "../../model/mod.ts";
import { parseYaml, toPlain } from "../../source/mod.ts";
import { parsePolicies } from "./parse_policies.ts";
import { checkPattern } from "./safe_pattern.ts";

const RULES = "io.kestra.plugin.ee.rules.";
const DENY = { type: `${RULES}Deny`, on: "PLUGIN" };

function parse(value: unknown) {
  const problems: Diagnostic[] = [];
  const policies = parsePolicies(
    parseYaml(JSON.stringify(value), "p.yaml")!,
    checkPattern,
    problems,
  );
  return { policies, problems };
}

const withRule = (rule: object) => [{ id: "p", rules: [rule] }];
const rule = (type: string, rest: object = {}) => ({ type: RULES + type, on: "PLUGIN", ...rest });
const where = (condition: object) => withRule({ ...DENY, where: [condition] });

Deno.test("parsePolicies() reads the list and the map as one thing", () => {
  const list = parse([{ id: "no-gcp", enforcement: "EVALUATE", rules: [DENY] }]);
  const map = parse({ "no-gcp": { enforcement: "EVALUATE", rules: [DENY] } });
  deepEqual([list.problems, map.problems], [[], []]);
  for (const { policies: [policy] } of [list, map]) {
    equal(policy?.id.value, "no-gcp");
    equal(policy.enforcement, "EVALUATE");
    deepEqual(policy.rules.map((it) => [it.type, it.on, it.where]), [[DENY.type, "PLUGIN", []]]);
  }
});

Deno.test("parsePolicies() keeps every place, and takes ACTIVE where nothing is said", () => {
  const text = [
    "- id: p",
    "  rules:",
    "    - type: io.kestra.plugin.ee.rules.Restrict",
    "      on: PLUGIN",
    "      property: taskRunner.type",
    "      enum: [a]",
    "      error-message: No. ",
  ].join("\n");
  const problems: Diagnostic[] = [];
  const [policy] = parsePolicies(parseYaml(text, "p.yaml")!, checkPattern, problems);
  deepEqual(problems, []);
  equal(policy?.enforcement, "ACTIVE");
  deepEqual(policy.id.source, { file: "p.yaml", line: 1, column: 7 });
  const [restrict] = policy.rules;
  ok(restrict?.type === "io.kestra.plugin.ee.rules.Restrict");
  deepEqual(restrict.property.source, { file: "p.yaml", line: 5, column: 17 });
  deepEqual(restrict.enum?.[0]?.source, { file: "p.yaml", line: 6, column: 14 });
  deepEqual([restrict.action, restrict.errorMessage], ["block", "No"]);
});

Deno.test("parsePolicies() leaves the spelling of values alone", () => {
  const values = { "kebab-key": { "in-side": 1 }, camelKey: 2 };
  const { policies, problems } = parse(withRule(rule("Add", { values })));
  deepEqual(problems, []);
  const [add] = policies[0]!.rules;
  ok(add?.type === "io.kestra.plugin.ee.rules.Add");
  deepEqual(toPlain(add.values), values);
  equal(add.override.value, false);
});

/** Every complaint, with its code and words, and a twin that is fine. */
Deno.test.each<
  { name: string; value: unknown; code: string; says?: RegExp; help?: RegExp; control: unknown }
>([
  { name: "no list", value: "x", code: "policy/wrong-value", control: withRule(DENY) },
  { name: "nothing", value: [], code: "policy/wrong-value", control: withRule(DENY) },
  {
    name: "an entry that is text",
    value: ["x"],
    code: "policy/wrong-value",
    control: withRule(DENY),
  },
  {
    name: "a policy without an id",
    value: [{ rules: [DENY] }],
    code: "policy/missing-key",
    control: { p: { rules: [DENY] } },
  },
  {
    name: "an id in a map",
    value: { p: { id: "p", rules: [DENY] } },
    code: "policy/id-in-map",
    says: /the key is the id/,
    control: { p: { rules: [DENY] } },
  },
  {
    name: "another id in a map",
    value: { p: { id: "q", rules: [DENY] } },
    code: "policy/id-in-map",
    says: /the key says "p", the id "q"/,
    control: { p: { rules: [DENY] } },
  },
  {
    name: "an id in capitals",
    value: [{ id: "P", rules: [DENY] }],
    code: "policy/wrong-value",
    says: /lower-case/,
    control: [{ id: "p-1", rules: [DENY] }],
  },
  {
    name: "a key in capitals",
    value: { P_1: { rules: [DENY] } },
    code: "policy/wrong-value",
    says: /lower-case/,
    control: { "p-1": { rules: [DENY] } },
  },
  {
    name: "an id of 64 letters",
    value: [{ id: "p".repeat(64), rules: [DENY] }],
    code: "policy/wrong-value",
    control: [{ id: "p".repeat(63), rules: [DENY] }],
  },
  {
    name: "two of one id",
    value: [{ id: "p", rules: [DENY] }, { id: "p", rules: [DENY] }],
    code: "policy/duplicate-id",
    control: [{ id: "p", rules: [DENY] }, { id: "q", rules: [DENY] }],
  },
  {
    name: "an unknown key",
    value: [{ id: "p", rule: [], rules: [DENY] }],
    code: "policy/unknown-key",
    help: /"rules"/,
    control: [{ id: "p", "display-name": "x", description: "y", rules: [DENY] }],
  },
  {
    name: "a scope, which static policies have not",
    value: [{ id: "p", tenantId: "t", rules: [DENY] }],
    code: "policy/unknown-key",
    control: withRule(DENY),
  },
  {
    name: "an unknown enforcement",
    value: [{ id: "p", enforcement: "active", rules: [DENY] }],
    code: "policy/wrong-value",
    says: /ACTIVE/,
    control: [{ id: "p", enforcement: "ACTIVE", rules: [DENY] }],
  },
  { name: "no rules", value: [{ id: "p" }], code: "policy/missing-key", control: withRule(DENY) },
  {
    name: "no rule",
    value: [{ id: "p", rules: [] }],
    code: "policy/wrong-value",
    control: withRule(DENY),
  },
  {
    name: "a target of nothing",
    value: [{ id: "p", target: {}, rules: [DENY] }],
    code: "policy/wrong-value",
    says: /tenants or namespaces/,
    control: [{ id: "p", target: { namespaces: ["a.b"] }, rules: [DENY] }],
  },
  {
    name: "a wildcard as namespace",
    value: [{ id: "p", target: { namespaces: ["a.*"] }, rules: [DENY] }],
    code: "policy/wrong-value",
    says: /wildcards/,
    control: [{ id: "p", target: { namespaces: ["a"] }, rules: [DENY] }],
  },
  {
    name: "a rule in short",
    value: withRule({ type: "Deny", on: "PLUGIN" }),
    code: "policy/unknown-rule",
    help: /rules\.Deny/,
    control: withRule(DENY),
  },
  {
    name: "a misspelt rule",
    value: withRule({ type: `${RULES}Denny`, on: "PLUGIN" }),
    code: "policy/unknown-rule",
    help: /rules\.Deny/,
    control: withRule(DENY),
  },
  {
    name: "a rule on nothing",
    value: withRule({ type: DENY.type }),
    code: "policy/missing-key",
    control: withRule(DENY),
  },
  {
    name: "an unknown key of a rule",
    value: withRule({ ...DENY, erorMessage: "x" }),
    code: "policy/unknown-key",
    help: /"errorMessage"/,
    control: withRule({ ...DENY, errorMessage: "x" }),
  },
  {
    name: "a Deny on FLOW",
    value: withRule({ ...DENY, on: "FLOW" }),
    code: "policy/deny-on-flow",
    control: withRule(rule("Require", { on: "FLOW", properties: ["labels.team"] })),
  },
  {
    name: "conditions on FLOW",
    value: withRule(
      rule("Require", {
        on: "FLOW",
        properties: ["a"],
        where: [{ field: "id", operator: "EQUAL_TO", value: "x" }],
      }),
    ),
    code: "policy/where-on-flow",
    control: withRule(
      rule("Require", {
        properties: ["a"],
        where: [{ field: "id", operator: "EQUAL_TO", value: "x" }],
      }),
    ),
  },
  {
    name: "a judging rule in a REFERENCE policy",
    value: [{ id: "p", enforcement: "REFERENCE", rules: [DENY] }],
    code: "policy/reference-rule",
    control: [{ id: "p", enforcement: "REFERENCE", rules: [rule("Add", { values: { a: 1 } })] }],
  },
  {
    name: "an Add of nothing",
    value: withRule(rule("Add", { values: {} })),
    code: "policy/wrong-value",
    control: withRule(rule("Add", { values: { a: [] } })),
  },
  {
    name: "an Add of null",
    value: withRule(rule("Add", { values: { a: { b: null } } })),
    code: "policy/null-value",
    control: withRule(rule("Add", { values: { a: { b: 0 } } })),
  },
  {
    name: "an Add that changes the class",
    value: withRule(rule("Add", { values: { type: "x.Y" } })),
    code: "policy/fixed-property",
    control: withRule(rule("Add", { values: { taskRunner: { type: "x.Y" } } })),
  },
  {
    name: "a Delete of the namespace",
    value: withRule(rule("Delete", { on: "FLOW", properties: ["namespace"] })),
    code: "policy/fixed-property",
    control: withRule(rule("Delete", { on: "FLOW", properties: ["concurrency"] })),
  },
  {
    name: "a Restrict that bounds nothing",
    value: withRule(rule("Restrict", { property: "a" })),
    code: "policy/missing-key",
    control: withRule(rule("Restrict", { property: "a", min: 1 })),
  },
  {
    name: "a minimum above the maximum",
    value: withRule(rule("Restrict", { property: "a", min: 2, max: 1 })),
    code: "policy/wrong-value",
    control: withRule(rule("Restrict", { property: "a", min: 1, max: 1 })),
  },
  {
    name: "an empty property",
    value: withRule(rule("Restrict", { property: "a..b", min: 1 })),
    code: "policy/wrong-value",
    control: withRule(rule("Restrict", { property: "a.b", min: 1 })),
  },
  {
    name: "an unknown action",
    value: withRule({ ...DENY, action: "audit" }),
    code: "policy/wrong-value",
    control: withRule({ ...DENY, action: "warn" }),
  },
  {
    name: "a pattern that looks ahead",
    value: withRule(rule("Restrict", { property: "a", regex: "(?!x).*" })),
    code: "policy/unsafe-pattern",
    help: /RE2/,
    control: withRule(rule("Restrict", { property: "a", regex: "(a+)+" })),
  },
  {
    name: "a condition with such a pattern",
    value: where({ field: "type", operator: "REGEX", value: "(a)\\1" }),
    code: "policy/unsafe-pattern",
    control: where({ field: "type", operator: "REGEX", value: "(a)b" }),
  },
  {
    name: "an unknown operator",
    value: where({ field: "type", operator: "LIKE", value: "x" }),
    code: "policy/wrong-value",
    control: where({ field: "type", operator: "CONTAINS", value: "x" }),
  },
  {
    name: "a misspelt key of a condition",
    value: where({ field: "type", operator: "IS_NULL", valeu: "x" }),
    code: "policy/unknown-key",
    help: /"value"/,
    control: where({ field: "type", operator: "IS_NULL" }),
  },
  {
    name: "IN without a list",
    value: where({ field: "type", operator: "IN", value: "x" }),
    code: "policy/wrong-value",
    control: where({ field: "type", operator: "IN", value: ["x"] }),
  },
  {
    name: "IS_NULL with a value",
    value: where({ field: "type", operator: "IS_NULL", value: "x" }),
    code: "policy/wrong-value",
    control: where({ field: "type", operator: "IS_NOT_NULL" }),
  },
  {
    name: "EQUAL_TO without a value",
    value: where({ field: "type", operator: "EQUAL_TO" }),
    code: "policy/missing-key",
    control: where({ field: "a", operator: "EQUAL_TO", value: false }),
  },
  {
    name: "STARTS_WITH nothing",
    value: where({ field: "type", operator: "STARTS_WITH", value: "" }),
    code: "policy/wrong-value",
    control: where({ field: "type", operator: "STARTS_WITH", value: "x" }),
  },
])("parsePolicies() refuses $name", ({ value, code, says, help, control }) => {
  const { problems } = parse(value);
  equal(problems.length, 1, JSON.stringify(problems, null, 1));
  const [problem] = problems;
  equal(problem!.code, code, problem!.message);
  ok(problem!.at !== undefined && problem!.severity === "error");
  match(problem!.message, says ?? /^Cannot /);
  if (help !== undefined) match(problem!.help ?? "", help);
  deepEqual(parse(control).problems, []);
});
