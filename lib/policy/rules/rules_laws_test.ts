import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Diagnostic, LocatedMap } from "../../model/mod.ts";
import type { RulePolicy } from "../../model/rule_policy.ts";
import { parseYaml } from "../../source/mod.ts";
import { applyRules, type RuledFlow } from "./apply_rules.ts";
import { parsePolicies } from "./parse_policies.ts";
import { checkPattern } from "./safe_pattern.ts";

const TYPES = ["io.a.Task", "io.a.Flow", "io.b.Runner", "io.b.Old"];
const canonical = (type: string) => type === "io.b.Old" ? "io.b.Runner" : type;
const RULES = "io.kestra.plugin.ee.rules.";

const type = fc.constantFrom(...TYPES);
/** What rules may change. No condition of {@linkcode mutating} rules goes by them. */
const property = fc.constantFrom("x", "y.z", "y.w", "taskRunner.limit");
const value = fc.oneof(
  fc.constantFrom<unknown>("", "a", "b", 0, 3, true, [], ["a"], {}, "{{ x }}"),
);

const properties = fc.dictionary(
  fc.constantFrom("x", "y", "v"),
  fc.oneof(
    value,
    fc.dictionary(fc.constantFrom("z", "w"), value, { maxKeys: 2 }),
  ),
  { maxKeys: 3 },
);
const { task } = fc.letrec<{ task: object }>((tie) => ({
  task: fc.record({
    id: fc.constantFrom("a", "b", "c"),
    type,
    properties,
    taskRunner: fc.option(fc.tuple(type, properties), { nil: undefined }),
    tasks: fc.option(fc.array(tie("task"), { maxLength: 2 }), { nil: undefined, maxDepth: 2 }),
  }).map(({ id, type, properties, taskRunner, tasks }) => ({
    id,
    type,
    ...properties,
    ...(taskRunner && { taskRunner: { type: taskRunner[0], ...taskRunner[1] } }),
    ...(tasks && { tasks }),
  })),
}));
const flow = fc.array(task, { minLength: 1, maxLength: 3 }).map((tasks): LocatedMap =>
  parseYaml(JSON.stringify({ id: "f", namespace: "n.m", tasks }), "f.yaml") as LocatedMap
);

const condition = (field: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.record({
      field,
      operator: fc.constantFrom("EQUAL_TO", "NOT_EQUAL_TO", "STARTS_WITH", "REGEX"),
      value: fc.constantFrom("io.a", "io.b.Runner", "io.b.Old", "a"),
    }),
    fc.record({ field, operator: fc.constantFrom("IN", "NOT_IN"), value: fc.tuple(type, type) }),
    fc.record({ field, operator: fc.constantFrom("IS_NULL", "IS_NOT_NULL") }),
  );
const where = (field: fc.Arbitrary<string>) =>
  fc.array(condition(field), { maxLength: 2 }).map((it) => it.length === 0 ? {} : { where: it });
const anyField = fc.constantFrom("type", "id", "x", "y.z", "taskRunner.type");

const judging = fc.tuple(
  fc.oneof(
    fc.constant({ type: `${RULES}Deny` }),
    fc.record({
      type: fc.constant(`${RULES}Require`),
      properties: fc.tuple(property),
    }),
    fc.record({ type: fc.constant(`${RULES}Restrict`), property, max: fc.nat(3) }),
    fc.record({
      type: fc.constant(`${RULES}Restrict`),
      property,
      enum: fc.tuple(fc.constant("a")),
    }),
  ),
  where(anyField),
).map(([rule, where]) => ({ on: "PLUGIN", ...rule, ...where }));

const mutating = fc.tuple(
  fc.oneof(
    fc.record({
      type: fc.constant(`${RULES}Add`),
      override: fc.boolean(),
      values: fc.constantFrom<object>(
        { x: 1 },
        { x: ["q"] },
        { y: { z: "q" } },
        { y: { w: 2 }, x: 2 },
        { taskRunner: { type: "io.b.Runner", limit: 1 } },
      ),
    }),
    fc.record({ type: fc.constant(`${RULES}Delete`), properties: fc.tuple(property) }),
  ),
  where(fc.constantFrom("type", "id")),
).map(([rule, where]) => ({ on: "PLUGIN", ...rule, ...where }));

function policiesOf(rules: readonly object[][], enforcement = "ACTIVE", name = "p"): RulePolicy[] {
  const problems: Diagnostic[] = [];
  const written = rules.filter((it) => it.length > 0)
    .map((rules, i) => ({ id: `${name}${i}`, enforcement, rules }));
  if (written.length === 0) return [];
  const policies = parsePolicies(
    parseYaml(JSON.stringify(written), "p.yaml")!,
    checkPattern,
    problems,
  );
  // Some of what is made up conflicts; the rest of it is enough.
  fc.pre(problems.length === 0);
  return [...policies];
}

const refused = (it: RuledFlow) => new Set(it.violations.map(({ path }) => path ?? ""));

Deno.test("a judging policy more never lets a task run that did not", () => {
  let some = 0;
  fc.assert(fc.property(
    flow,
    fc.array(fc.array(fc.oneof(judging, mutating), { maxLength: 3 }), { maxLength: 3 }),
    fc.array(judging, { minLength: 1, maxLength: 3 }),
    fc.nat(3),
    (flow, rules, more, at) => {
      const before = policiesOf(rules);
      const after = before.toSpliced(at, 0, ...policiesOf([more], "ACTIVE", "q"));
      const [less, all] = [applyRules(flow, before, canonical), applyRules(flow, after, canonical)];
      const still = refused(all);
      for (const path of refused(less)) ok(still.has(path), path);
      deepEqual(all.flow, less.flow);
      if (still.size > refused(less).size) some++;
    },
  ));
  ok(some > 5, `only ${some} flows were refused by the policy that was added`);
});

Deno.test("EVALUATE changes no flow and refuses nothing", () => {
  let some = 0;
  fc.assert(fc.property(
    flow,
    fc.array(fc.array(mutating, { maxLength: 2 }), { maxLength: 2 }),
    fc.array(fc.oneof(judging, mutating), { minLength: 1, maxLength: 3 }),
    (flow, rules, more) => {
      const active = policiesOf(rules);
      const evaluated = policiesOf([more], "EVALUATE", "q");
      const alone = applyRules(flow, active, canonical);
      const both = applyRules(flow, [...evaluated, ...active], canonical);
      deepEqual([both.flow, both.violations, both.changes], [
        alone.flow,
        alone.violations,
        alone.changes,
      ]);
      if (both.warnings.length > 0) some++;
    },
  ));
  ok(some > 5, `only ${some} flows had a warning`);
});

Deno.test("Add and Delete applied twice are Add and Delete applied once", () => {
  let some = 0;
  fc.assert(
    fc.property(
      flow,
      fc.array(fc.array(mutating, { maxLength: 3 }), { maxLength: 4 }),
      (flow, rules) => {
        const policies = policiesOf(rules);
        const once = applyRules(flow, policies, canonical);
        const twice = applyRules(once.flow, policies, canonical);
        deepEqual(twice.flow, once.flow);
        deepEqual(twice.changes, []);
        if (once.changes.length > 0) some++;
      },
    ),
    { numRuns: 300 },
  );
  ok(some > 20, `only ${some} flows changed`);
});

Deno.test("the order of judging rules in a policy decides nothing", () => {
  fc.assert(fc.property(
    flow,
    fc.array(judging, { minLength: 2, maxLength: 5 }),
    (flow, rules) => {
      const said = (rules: object[]) =>
        applyRules(flow, policiesOf([rules]), canonical).violations
          .map(({ path, refusal }) => `${path} ${refusal.code} ${refusal.message}`).toSorted();
      deepEqual(said(rules.toReversed()), said(rules));
    },
  ));
});

Deno.test("applyRules() takes time linear in tasks and rules", () => {
  const tasks = Array.from({ length: 2_000 }, (_, i) => ({ id: `t${i}`, type: "io.a.Task", x: 1 }));
  const flow = parseYaml(
    JSON.stringify({ id: "f", namespace: "n", tasks }),
    "f.yaml",
  ) as LocatedMap;
  const rules = Array.from({ length: 200 }, (_, i) => ({
    type: `${RULES}Deny`,
    on: "PLUGIN",
    where: [{ field: "type", operator: "EQUAL_TO", value: `io.c.T${i}` }],
  }));
  const add = { type: `${RULES}Add`, on: "PLUGIN", values: { y: { z: 1 } } };
  const policies = policiesOf([[...rules, add]]);
  const start = performance.now();
  const { violations, changes } = applyRules(flow, policies, canonical);
  deepEqual([violations.length, changes.length], [0, 2_000]);
  const ms = performance.now() - start;
  equal(ms < 2_000, true, `${ms} ms`);
});
