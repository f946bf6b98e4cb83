import { deepEqual, equal } from "node:assert/strict";
import type { LocatedMap } from "../../model/mod.ts";
import { findLocated, parseYaml, toPlain } from "../../source/mod.ts";
import { applyRules } from "./apply_rules.ts";
import { apply, canonical, D, on, one, P, rule, S, task } from "./written_rules.ts";

const NAMESPACES: readonly { target: string; namespace: string; reached: boolean }[] = [
  { target: "company.team", namespace: "company.team", reached: true },
  { target: "company", namespace: "company.team", reached: true },
  { target: "company.team", namespace: "company", reached: false },
  { target: "company.team", namespace: "company.teams", reached: false },
  { target: "company.team", namespace: "x.company.team", reached: false },
];
Deno.test.each(NAMESPACES)(
  "applyRules() target $target, namespace $namespace: $reached",
  ({ target, namespace, reached }) => {
    const deny = one(rule("Deny"), { target: { namespaces: ["other", target] } });
    const { violations, warnings } = apply({ namespace, tasks: [task()] }, deny);
    deepEqual([violations.length, warnings], [reached ? 1 : 0, []]);
  },
);

Deno.test("applyRules() reaches a flow whose namespace nobody can read", () => {
  const deny = one(rule("Deny"), { target: { namespaces: ["other"] } });
  equal(apply({ namespace: ["x"], tasks: [task()] }, deny).violations.length, 1);
  equal(apply({ tasks: [task()] }, deny).violations.length, 0);
});

Deno.test("applyRules() applies what is meant for a tenant to all, and says so", () => {
  const deny = one(rule("Deny"), { target: { tenants: ["acme"] } });
  const { violations, warnings } = apply({ tasks: [task()] }, deny);
  deepEqual(violations.map((it) => it.refusal.code), ["policy/denied"]);
  deepEqual(warnings.map((it) => it.code), ["policy/tenant-target"]);
  const elsewhere = { target: { tenants: ["acme"], namespaces: ["other"] } };
  const other = apply({ tasks: [task()] }, one(rule("Deny"), elsewhere));
  deepEqual([other.violations, other.warnings], [[], []]);
});

Deno.test("applyRules() leaves DISABLED policies alone", () => {
  const rules = [rule("Deny"), rule("Add", { values: { a: 1 } })];
  const off = apply({ tasks: [task()] }, { enforcement: "DISABLED", rules });
  deepEqual([off.violations, off.warnings, off.changes], [[], [], []]);
  equal(apply({ tasks: [task()] }, { rules }).violations.length, 1);
});

Deno.test("applyRules() says of EVALUATE what it would refuse and change, and does neither", () => {
  const rules = [
    rule("Add", {
      values: { timeout: "PT1H", taskRunner: { type: P } },
      override: true,
      ...on("type", "EQUAL_TO", S),
    }),
    rule("Delete", { properties: ["docker"] }),
    rule("Restrict", { property: "taskRunner.type", enum: [D] }),
    rule("Require", { properties: ["timeout"], ...on("type", "EQUAL_TO", S) }),
    rule("Require", { properties: ["description"], ...on("type", "EQUAL_TO", S), action: "warn" }),
  ];
  const flow = { tasks: [task({ docker: { image: "x" }, taskRunner: { type: D } })] };
  const before = apply(flow);
  const { flow: after, violations, warnings, changes } = apply(flow, {
    enforcement: "EVALUATE",
    rules,
  });
  deepEqual([toPlain(after), violations, changes], [toPlain(before.flow), [], []]);
  deepEqual(warnings.map((it) => it.message), [
    'Policy "p0" would remove "docker" of task "t"',
    'Policy "p0" would set "timeout" of task "t"',
    'Policy "p0" would set "taskRunner.type" of task "t"',
    `Task "t" would be refused: policy "p0" restricts "taskRunner.type": it is "${P}", not "${D}"`,
    'Task "t" may run, but policy "p0" requires "description", which is missing',
  ]);
  for (const { at } of warnings) equal(at?.file.endsWith(".yaml"), true);
  // The control: what is ACTIVE does both.
  const active = apply(flow, { rules });
  deepEqual(findLocated(active.flow, ["tasks", "0", "docker"]), undefined);
  equal(active.violations[0]?.refusal.code, "policy/restricted");
});

Deno.test("applyRules() gives the flow itself back where nothing applies", () => {
  const flow = parseYaml("id: f\ntasks: [{id: t, type: io.a.B}]", "f.yaml") as LocatedMap;
  equal(applyRules(flow, [], canonical).flow, flow);
});
