import { deepEqual, equal, match } from "node:assert/strict";
import { findLocated, toPlain } from "../../source/mod.ts";
import { apply, codes, D, LOG, OLD_LOG, on, one, rule, S, task } from "./written_rules.ts";

/** What becomes of one task. */
Deno.test.each<{ name: string; policies: readonly object[]; task: object; result: object }>([
  {
    name: "Add fills a gap, and null",
    policies: [one(rule("Add", { values: { a: 1, b: 1 } }))],
    task: { b: null },
    result: { a: 1, b: 1 },
  },
  {
    name: "Add leaves what the author says",
    policies: [one(rule("Add", { values: { a: 1 } }))],
    task: { a: 2 },
    result: { a: 2 },
  },
  {
    name: "Add with override beats it",
    policies: [one(rule("Add", { values: { a: 1 }, override: true }))],
    task: { a: 2 },
    result: { a: 1 },
  },
  {
    name: "maps merge, at any depth",
    policies: [one(rule("Add", { values: { a: { b: { c: 1, d: 1 } } }, override: true }))],
    task: { a: { b: { c: 2, e: 2 } } },
    result: { a: { b: { c: 1, d: 1, e: 2 } } },
  },
  {
    name: "lists are replaced",
    policies: [one(rule("Add", { values: { a: ["x"] }, override: true }))],
    task: { a: ["y", "z"] },
    result: { a: ["x"] },
  },
  {
    name: "lists without override are left",
    policies: [one(rule("Add", { values: { a: ["x"] } }))],
    task: { a: [] },
    result: { a: [] },
  },
  {
    name: "a map replaces text with override",
    policies: [one(rule("Add", { values: { a: { b: 1 } }, override: true }))],
    task: { a: "x" },
    result: { a: { b: 1 } },
  },
  {
    name: "without override the innermost wins",
    policies: [
      one(rule("Add", { values: { a: "outer" } })),
      one(rule("Add", { values: { a: "inner" } })),
    ],
    task: {},
    result: { a: "inner" },
  },
  {
    name: "with override the outermost wins",
    policies: [
      one(rule("Add", { values: { a: "outer" }, override: true })),
      one(rule("Add", { values: { a: "inner" }, override: true })),
    ],
    task: { a: "own" },
    result: { a: "outer" },
  },
  {
    name: "an outer gap gives way to an inner override",
    policies: [
      one(rule("Add", { values: { a: "outer" } })),
      one(rule("Add", { values: { a: "inner" }, override: true })),
    ],
    task: { a: "own" },
    result: { a: "inner" },
  },
  {
    name: "Delete takes out, also inside and in both spellings",
    policies: [one(rule("Delete", { properties: ["a.b", "c"] }))],
    task: { a: { b: 1, d: 2 }, "a.b": 3, c: 4 },
    result: { a: { d: 2 } },
  },
  {
    name: "Delete of what is not there does nothing",
    policies: [one(rule("Delete", { properties: ["a.b", "c"] }))],
    task: { a: "x" },
    result: { a: "x" },
  },
  {
    name: "conditions choose",
    policies: [one(rule("Add", { values: { a: 1 }, ...on("id", "EQUAL_TO", "other") }))],
    task: {},
    result: {},
  },
  {
    name: "a condition sees what another rule put in",
    policies: [
      one(rule("Add", { values: { b: 1 }, ...on("a", "IS_NOT_NULL") })),
      one(rule("Add", { values: { a: 1 } })),
    ],
    task: {},
    result: { b: 1, a: 1 },
  },
  {
    name: "a runner that a rule puts in is a plugin to another",
    policies: [
      one(rule("Add", { values: { taskRunner: { type: D } }, ...on("type", "EQUAL_TO", S) })),
      one(
        rule("Add", {
          values: { pullPolicy: "NEVER" },
          override: true,
          ...on("type", "EQUAL_TO", D),
        }),
      ),
    ],
    task: {},
    result: { taskRunner: { type: D, pullPolicy: "NEVER" } },
  },
  {
    name: "rules on every plugin do not put into what they put in",
    policies: [
      one(rule("Add", { values: { x: { type: "io.a.X" } } })),
      one(rule("Add", { values: { y: { type: "io.a.Y" } } })),
    ],
    task: {},
    result: {
      y: { type: "io.a.Y", x: { type: "io.a.X" } },
      x: { type: "io.a.X", y: { type: "io.a.Y" } },
    },
  },
])("applyRules() $name", ({ policies, task: it, result }) => {
  const ruled = apply({ tasks: [task(it)] }, ...policies);
  deepEqual(ruled.violations, []);
  deepEqual(toPlain(findLocated(ruled.flow, ["tasks", "0"])!), task(result));
});

Deno.test("applyRules() adds labels to a list of them", () => {
  const labels = one(rule("Add", { on: "FLOW", values: { labels: { team: "x", tier: 1 } } }));
  const own = { labels: [{ key: "team", value: "own" }] };
  deepEqual(toPlain(apply(own, labels).flow).labels, { team: "own", tier: 1 });
  deepEqual(toPlain(apply({ labels: [] }, labels).flow).labels, []);
});

Deno.test("applyRules() marks what it puts in, with its place, and lists it", () => {
  const add = rule("Add", { values: { a: { b: 1 }, own: 2 } });
  const remove = rule("Delete", { properties: ["gone"] });
  const { flow, changes } = apply({ tasks: [task({ own: 1, gone: 1 })] }, { rules: [add, remove] });
  const put = findLocated(flow, ["tasks", "0", "a", "b"])!;
  deepEqual([put.injection, put.source.file], ["policy rule", "p.yaml"]);
  equal(findLocated(flow, ["tasks", "0", "own"])!.injection, undefined);
  deepEqual(changes.map((it) => [it.effect, it.property, it.path, it.where, it.policy]), [
    ["removed", "gone", "tasks[0]", 'task "t"', "p0"],
    ["set", "a", "tasks[0]", 'task "t"', "p0"],
  ]);
});

Deno.test("applyRules() judges after it changed", () => {
  const require = rule("Require", { properties: ["timeout"] });
  const add = rule("Add", { values: { timeout: "PT1H" } });
  const bad = rule("Add", { values: { timeout: "" }, override: true });
  deepEqual(codes(apply({ tasks: [task()] }, one(require))), ["policy/required tasks[0]"]);
  deepEqual(codes(apply({ tasks: [task()] }, { rules: [require, add] })), []);
  deepEqual(codes(apply({ tasks: [task({ timeout: "x" })] }, { rules: [require, bad] })), [
    "policy/required tasks[0]",
  ]);
});

Deno.test("applyRules() refuses what nobody can tell whether to change", () => {
  const add = one(rule("Add", { values: { a: 1 }, ...on("image", "STARTS_WITH", "x") }));
  const { flow, violations } = apply({ tasks: [task({ image: "{{ x }}" })] }, add);
  deepEqual(violations.map((it) => it.refusal.code), ["policy/undecided"]);
  equal(findLocated(flow, ["tasks", "0", "a"]), undefined);
  deepEqual(codes(apply({ tasks: [task({ image: "y" })] }, add)), []);
});

Deno.test("applyRules() refuses a task that one rule adds to and another takes from", () => {
  // Aliases make two classes one, which the check of the chain does not know.
  const add = one(rule("Add", { values: { a: 1 }, ...on("type", "EQUAL_TO", LOG) }));
  const remove = one(rule("Delete", { properties: ["a"], ...on("type", "EQUAL_TO", OLD_LOG) }));
  const result = apply({ tasks: [task({ type: LOG })] }, add, remove);
  deepEqual(codes(result), ["policy/conflict tasks[0]"]);
  match(result.violations[0]!.refusal.message, /policy "p1" deletes "a", policy "p0" adds it$/);
  deepEqual(codes(apply({ tasks: [task()] }, add, remove)), []);
});
