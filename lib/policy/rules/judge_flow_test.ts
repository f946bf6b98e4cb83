import { deepEqual, equal, match } from "node:assert/strict";
import { type RuledFlow } from "./apply_rules.ts";
import { apply, codes, D, K, LOG, OLD_LOG, on, one, P, rule, S, task } from "./written_rules.ts";

/** Denials, each with a flow that passes. */
Deno.test.each<{ name: string; rule: object; refused: object; says?: RegExp; control: object }>([
  {
    name: "a class",
    rule: rule("Deny", { ...on("type", "EQUAL_TO", S), errorMessage: "No shell." }),
    refused: task(),
    says: /^Cannot run task "t": class "io\.[\w.]+" is denied by policy "p0": No shell$/,
    control: task({ type: LOG }),
  },
  {
    name: "a package",
    rule: rule("Deny", on("type", "STARTS_WITH", "io.kestra.plugin.scripts")),
    refused: task(),
    control: task({ type: LOG }),
  },
  {
    name: "the runner of a task",
    rule: rule("Deny", on("type", "EQUAL_TO", P)),
    refused: task({ taskRunner: { type: P } }),
    says: /^Cannot run task "t": class ".*Process" is denied/,
    control: task({ taskRunner: { type: D } }),
  },
  {
    name: "a runner whose class is an expression",
    rule: rule("Deny", on("type", "EQUAL_TO", P)),
    refused: task({ taskRunner: { type: "{{ inputs.runner }}" } }),
    says: /"type" holds an expression/,
    control: task({ taskRunner: { type: D } }),
  },
  {
    name: "all but some",
    rule: rule("Deny", on("type", "NOT_IN", [LOG])),
    refused: task(),
    control: task({ type: LOG, retry: { type: "constant" } }),
  },
  {
    name: "all but some, by an old name that is one of them",
    rule: rule("Deny", on("type", "NOT_IN", [LOG])),
    refused: task(),
    control: task({ type: OLD_LOG }),
  },
  {
    name: "a class by its old name",
    rule: rule("Deny", on("type", "EQUAL_TO", LOG)),
    refused: task({ type: OLD_LOG }),
    control: task(),
  },
  {
    name: "a class that the policy calls by its old name",
    rule: rule("Deny", on("type", "EQUAL_TO", OLD_LOG)),
    refused: task({ type: LOG }),
    control: task(),
  },
  {
    name: "a package, by an old name",
    rule: rule("Deny", on("type", "STARTS_WITH", "io.kestra.plugin.core.log")),
    refused: task({ type: OLD_LOG }),
    control: task(),
  },
  {
    name: "what ends so",
    rule: rule("Deny", on("type", "ENDS_WITH", ".Commands")),
    refused: task(),
    control: task({ type: LOG }),
  },
  {
    name: "what matches as a whole",
    rule: rule("Deny", on("type", "REGEX", "io\\..*\\.shell\\.\\w+")),
    refused: task(),
    control: task({ type: `x.${S}` }),
  },
  {
    name: "two conditions that both hold",
    rule: rule("Deny", {
      where: [
        { field: "type", operator: "EQUAL_TO", value: S },
        { field: "env.MODE", operator: "EQUAL_TO", value: "prod" },
      ],
    }),
    refused: task({ env: { MODE: "prod" } }),
    control: task({ env: { MODE: "dev" } }),
  },
  {
    name: "a flag, also as text",
    rule: rule("Deny", on("privileged", "EQUAL_TO", true)),
    refused: task({ privileged: "TRUE" }),
    control: task({ privileged: false }),
  },
  {
    name: "a flag that an expression hides",
    rule: rule("Deny", on("privileged", "EQUAL_TO", true)),
    refused: task({ privileged: "{{ inputs.p }}" }),
    says: /cannot tell whether it may: "privileged" holds an expression/,
    control: task({ privileged: "false" }),
  },
  {
    name: "an expression in pieces",
    rule: rule("Deny", on("containerImage", "STARTS_WITH", "evil/")),
    refused: task({ containerImage: "ev{##}il/image" }),
    control: task({ containerImage: "good/image" }),
  },
  {
    name: "an item of a list",
    rule: rule("Deny", on("commands", "CONTAINS", "curl")),
    refused: task({ commands: ["ls", "curl x"] }),
    control: task({ commands: ["ls"] }),
  },
  {
    name: "what is absent",
    rule: rule("Deny", on("taskRunner", "IS_NULL")),
    refused: task({ taskRunner: null }),
    control: task({ taskRunner: { type: D, taskRunner: "x" } }),
  },
  {
    name: "what is there",
    rule: rule("Deny", on("docker", "IS_NOT_NULL")),
    refused: task({ docker: "{{ x }}" }),
    control: task({ docker: null }),
  },
  {
    name: "an absent value that is not the one asked for",
    rule: rule("Deny", {
      where: [
        { field: "type", operator: "EQUAL_TO", value: S },
        { field: "pullPolicy", operator: "NOT_EQUAL_TO", value: "NEVER" },
      ],
    }),
    refused: task(),
    control: task({ pullPolicy: "NEVER" }),
  },
  {
    name: "a runner that is not listed",
    rule: rule("Restrict", { property: "taskRunner.type", enum: [D, K] }),
    refused: task({ taskRunner: { type: P } }),
    says:
      /policy "p0" restricts "taskRunner\.type": it is ".*Process", not one of ".*Docker", ".*"$/,
    control: task({ taskRunner: { type: K } }),
  },
  {
    name: "a listed runner beside a stray key with dots",
    rule: rule("Restrict", { property: "taskRunner.type", enum: [D] }),
    refused: task({ "taskRunner.type": D, taskRunner: { type: P } }),
    control: task({ taskRunner: { type: D } }),
  },
  {
    name: "a runner that is an expression",
    rule: rule("Restrict", { property: "taskRunner.type", enum: [D] }),
    refused: task({ taskRunner: "{{ x }}" }),
    control: task(),
  },
  {
    name: "a restricted value in an expression",
    rule: rule("Restrict", { property: "containerImage", regex: ".*" }),
    refused: task({ containerImage: "a:{{ inputs.tag }}" }),
    says: /holds an expression/,
    control: task({ containerImage: "a:1" }),
  },
  {
    name: "a statement",
    rule: rule("Restrict", { property: "containerImage", regex: ".*" }),
    refused: task({ containerImage: "a{% if x %}b{% endif %}" }),
    control: task({ containerImage: "a" }),
  },
  {
    name: "too much",
    rule: rule("Restrict", { property: "limit", min: 1, max: 10 }),
    refused: task({ limit: 11 }),
    says: /11 is more than 10$/,
    control: task({ limit: 10 }),
  },
  {
    name: "too much, as text",
    rule: rule("Restrict", { property: "limit", max: 10 }),
    refused: task({ limit: "11" }),
    control: task({ limit: "10" }),
  },
  {
    name: "too little",
    rule: rule("Restrict", { property: "limit", min: 1 }),
    refused: task({ limit: 0 }),
    control: task({ limit: 1 }),
  },
  {
    name: "no number",
    rule: rule("Restrict", { property: "limit", max: 10 }),
    refused: task({ limit: "much" }),
    says: /"much" is no number$/,
    control: task({ limit: null }),
  },
  {
    name: "another value",
    rule: rule("Restrict", { property: "networkMode", equals: "none" }),
    refused: task({ networkMode: "host" }),
    says: /it is "host", not "none"$/,
    control: task({ networkMode: "none" }),
  },
  {
    name: "another list",
    rule: rule("Restrict", { property: "a", equals: ["x", { y: 1 }] }),
    refused: task({ a: ["x", { y: 1, z: 2 }] }),
    control: task({ a: ["x", { y: 1 }] }),
  },
  {
    name: "one item of a list",
    rule: rule("Restrict", { property: "a", enum: ["x", "y"] }),
    refused: task({ a: ["x", "z"] }),
    says: /it is "z", not/,
    control: task({ a: ["x", "y"] }),
  },
  {
    name: "a text that only begins so",
    rule: rule("Restrict", { property: "containerImage", regex: "registry\\.local/[a-z]+" }),
    refused: task({ containerImage: "registry.local/a@evil" }),
    control: task({ containerImage: "registry.local/a" }),
  },
  {
    name: "a runner that is missing",
    rule: rule("Require", { properties: ["taskRunner"], ...on("type", "STARTS_WITH", S) }),
    refused: task(),
    says: /^Cannot run task "t": policy "p0" requires "taskRunner", which is missing$/,
    control: task({ taskRunner: { type: D } }),
  },
  {
    name: "blank text",
    rule: rule("Require", { properties: ["description"] }),
    refused: task({ description: " \t" }),
    says: /which is empty$/,
    control: task({ description: "x" }),
  },
  {
    name: "an empty list",
    rule: rule("Require", { properties: ["a"] }),
    refused: task({ a: [] }),
    control: task({ a: [0] }),
  },
  {
    name: "an empty map",
    rule: rule("Require", { properties: ["a"] }),
    refused: task({ a: {} }),
    control: task({ a: false }),
  },
  {
    name: "null",
    rule: rule("Require", { properties: ["a"] }),
    refused: task({ a: null }),
    control: task({ a: 0 }),
  },
])("applyRules() refuses $name", ({ rule, refused, says, control }) => {
  const result = apply({ tasks: [refused] }, one(rule));
  equal(result.violations.length, 1, JSON.stringify(result.violations.map((it) => it.refusal)));
  const [{ path, refusal }] = result.violations as [RuledFlow["violations"][0]];
  equal(path, "tasks[0]");
  equal(refusal.by, "policy");
  if (says !== undefined) match(refusal.message, says);
  equal(refusal.source !== "built-in" && refusal.source.file, "p.yaml");
  equal(refusal.related?.at(-1)?.at.file, "f.yaml");
  deepEqual(apply({ tasks: [control] }, one(rule)).violations, []);
  // The same rule, when it only warns, refuses nothing.
  const warned = apply({ tasks: [refused] }, one({ ...rule, action: "warn" }));
  deepEqual(warned.violations, []);
  deepEqual(warned.warnings.map((it) => [it.code, it.severity]), [[refusal.code, "warning"]]);
  match(warned.warnings[0]!.message, /^Task "t" may run, but /);
});

/** Kestra's own lock-down of runners: what is absent passes, so it takes a `Require` as well. */
Deno.test("applyRules() locks runners down only with Restrict and Require together", () => {
  const restrict = rule("Restrict", { property: "taskRunner.type", enum: [D, K] });
  const require = rule("Require", {
    properties: ["taskRunner"],
    ...on("type", "STARTS_WITH", "io.kestra.plugin.scripts.shell"),
  });
  const tasks = [
    task({ id: "a" }),
    task({ id: "b", taskRunner: { type: P } }),
    task({ id: "c", taskRunner: { type: D } }),
    task({ id: "d", taskRunner: {} }),
  ];
  deepEqual(codes(apply({ tasks }, one(restrict))), ["policy/restricted tasks[1]"]);
  deepEqual(codes(apply({ tasks }, { rules: [restrict, require] })), [
    "policy/required tasks[0]",
    "policy/restricted tasks[1]",
    "policy/required tasks[3]",
  ]);
});

Deno.test("applyRules() names the plugin inside a task that breaks a rule", () => {
  const image = rule("Require", { properties: ["pullPolicy"], ...on("type", "EQUAL_TO", D) });
  const { violations: [violation] } = apply(
    { tasks: [task({ taskRunner: { type: D } })] },
    one(image),
  );
  equal(
    violation?.refusal.message,
    `Cannot run task "t": policy "p0" requires "pullPolicy" of class "${D}", which is missing`,
  );
  equal(violation.path, "tasks[0]");
});

Deno.test("applyRules() judges the flow itself, with labels in both spellings", () => {
  const team = one(rule("Require", { on: "FLOW", properties: ["labels.team"] }));
  deepEqual(codes(apply({ tasks: [] }, team)), ["policy/required flow"]);
  deepEqual(codes(apply({ labels: [{ key: "team", value: "" }] }, team)), ["policy/required flow"]);
  deepEqual(codes(apply({ labels: { team: "x" } }, team)), []);
  deepEqual(codes(apply({ labels: [{ key: "team", value: "x" }] }, team)), []);
  const limit = one(
    rule("Restrict", { on: "FLOW", property: "concurrency.limit", max: 10, errorMessage: "Ten." }),
  );
  const { violations: [violation] } = apply({ concurrency: { limit: 11 } }, limit);
  equal(
    violation?.refusal.message,
    'Cannot run flow "f": policy "p0" restricts "concurrency.limit": 11 is more than 10: Ten',
  );
  deepEqual(codes(apply({ concurrency: { limit: 10 } }, limit)), []);
});
