import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { namesOfClass } from "../catalog/aliases.ts";
import type { Flow, LocatedMap, Policy, Sourced, Task } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { parseYaml } from "../source/mod.ts";
import { containerRules } from "../../tests/container_rules.ts";
import { hostFacts } from "../../tests/host_facts.ts";
import { spawnDecider } from "./decide_spawn.ts";
import { makePlan } from "./make_plan.ts";

const EVAL = "io.kestra.plugin.graalvm.js.Eval";
const SHELL = "io.kestra.plugin.scripts.shell.Commands";
const PLUGIN = "com.example.Plugin";
const CLASSES = [
  "io.kestra.plugin.core.log.Log",
  "io.kestra.core.tasks.log.Log",
  "io.kestra.plugin.core.http.Request",
  EVAL,
  "io.kestra.plugin.scripts.nashorn.Eval",
  SHELL,
  PLUGIN,
  "com.example.Pluginx",
];
const PREFIXES = [
  ...CLASSES,
  ...["io", "io.", "io.kestra", "io.kestra.plugin.core.", "io.kestra.plugin.scripts", "com"],
  ...["io.kestra.core.tasks", "io.kestra.plugin.script", "com.example.", "com.example.Plug"],
];

const sourced = (file: string) => (value: string, i: number): Sourced<string> => ({
  value,
  source: { file, line: i + 1, column: 1 },
});
const prefixes = fc.array(fc.constantFrom(...PREFIXES), { minLength: 1, maxLength: 4 });
const lists = fc.record({
  authorized: fc.array(prefixes, { maxLength: 2 }),
  forbidden: fc.array(fc.constantFrom(...PREFIXES), { maxLength: 3 }),
});

type Lists = typeof lists extends fc.Arbitrary<infer T> ? T : never;

const spawnRules = ({ authorized, forbidden }: Lists) => ({
  authorizedClassPrefixes: authorized.map((list, i) => list.map(sourced(`authorized ${i}`))),
  forbiddenClassPrefixes: forbidden.map(sourced("forbidden")),
  spawn: { value: "by-class" },
});

/** The rule in one line; what plans is a look-up that must come to the same. */
function liesUnder(prefix: string, type: string): boolean {
  return `${type}.`.startsWith(prefix.endsWith(".") ? prefix : `${prefix}.`);
}

Deno.test("spawnDecider() is what a search through the lists finds, and names its place", () => {
  const seen = { allowed: 0, denied: 0 };
  fc.assert(
    fc.property(lists, fc.constantFrom(...CLASSES), (said, type) => {
      const rules = spawnRules(said);
      const isMeant = (it: Sourced<string>) =>
        namesOfClass(type).some((name) => liesUnder(it.value, name));
      const forbidden = rules.forbiddenClassPrefixes.find(isMeant);
      const missing = rules.authorizedClassPrefixes.find((list) => !list.some(isMeant));
      const authorized = rules.authorizedClassPrefixes.flat().find(isMeant);
      const { spawn, because } = spawnDecider(rules as unknown as Policy)(type);
      seen[spawn]++;
      equal(spawn, forbidden ?? missing ? "denied" : "allowed");
      deepEqual(
        because.source,
        (forbidden ?? missing?.[0] ?? authorized)?.source ?? "built-in",
      );
    }),
    { numRuns: 1_000 },
  );
  ok(seen.allowed > 100 && seen.denied > 100, JSON.stringify(seen));
});

const names = ["a", "b", "c"];
const entries = names.map((name) => ({ name }));
const HOST = hostFacts({
  builtInPaths: [{ path: "/c/c", what: "the runtime" }],
  realPaths: new Map([["/a/b", "/b/a"]]),
  listings: new Map(["/", ...names.map((it) => `/${it}`)].map((it) => [it, { entries }])),
  plugins: [
    { type: PLUGIN, module: "/plugins/a.ts", directory: "/plugins", properties: ["x"] },
    { type: PLUGIN, module: "/never/a.ts", directory: "/never" },
  ],
});

const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 2 })
  .map((it) => `/${it.join("/")}`);
const paths = fc.array(path, { maxLength: 3 });
const hosts = fc.uniqueArray(fc.constantFrom("a.example", "b.example:443", "c.example"));
const variables = fc.uniqueArray(fc.constantFrom("A", "B", "C"));

const said = fc.record({
  lists,
  forbidden: paths,
  allowed: paths,
  writable: paths,
  open: fc.boolean(),
  hosts: fc.option(hosts, { nil: undefined }),
  deny: hosts,
  variables,
  memory: fc.option(fc.constantFrom<number>(64, 512), { nil: undefined }),
});

type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

function policyOf(said: Said): Policy {
  const { memory } = said;
  return {
    files: [],
    digest: "",
    ...spawnRules(said.lists),
    spawn: { value: "by-class" },
    forbiddenPaths: said.forbidden.map(sourced("forbidden paths")),
    disabledAt: [],
    defaults: [],
    forcedPrecedence: "admin",
    filesystem: { value: said.open ? "open" : "closed" },
    allowedPaths: said.allowed.map(sourced("allowed")),
    writable: said.writable.map(sourced("writable")),
    kernel: { value: "prefer" },
    network: {
      ...(said.hosts && { allow: said.hosts.map(sourced("hosts")) }),
      deny: said.deny.map(sourced("deny")),
    },
    env: said.variables.map(sourced("env")),
    limits: memory === undefined ? {} : {
      memoryBytes: { value: memory * 2 ** 20, source: { file: "limits", line: 1, column: 1 } },
    },
    containers: containerRules(),
    scripts: { inProcess: [] },
    plugins: { includes: [], excludes: [] },
    rules: [],
    warnings: [],
  };
}

const task = fc.record({
  type: fc.constantFrom(...CLASSES),
  extra: fc.constantFrom<Record<string, unknown>>({}, {}, { disabled: true }, { nonsense: 1 }),
});

function flowOf(list: readonly { type: string; extra: Record<string, unknown> }[]): Flow {
  const tasks = list.map(({ type, extra }, i): Task => {
    const own = type === SHELL ? { commands: ["true"] } : type === EVAL ? { script: "1" } : {};
    const effective = parseYaml(JSON.stringify({ id: "t", type, ...own, ...extra }), "f");
    return {
      id: "t",
      path: `tasks[${i}]`,
      type: { value: type, source: effective!.source },
      effective: effective as LocatedMap,
      allowFailure: false,
      disabled: extra["disabled"] === true,
      children: [],
    };
  });
  return {
    file: "f",
    id: "f",
    namespace: "n",
    labels: {},
    inputs: [],
    variables: {},
    tasks,
    errors: [],
    finally: [],
    afterExecution: [],
    refusals: [],
  } as unknown as Flow;
}

const planned = (policy: Policy, tasks: Parameters<typeof flowOf>[0]) =>
  makePlan(policy, [{ flow: flowOf(tasks), warnings: [] }], HOST).flows[0]!.tasks;

Deno.test("a task is planned as if it stood alone", () => {
  const seen = { run: 0, refuse: 0 };
  fc.assert(
    fc.property(said, fc.array(task, { minLength: 2, maxLength: 6 }), (said, tasks) => {
      const policy = policyOf(said);
      for (const [i, together] of planned(policy, tasks).entries()) {
        const [alone] = planned(policy, [tasks[i]!]);
        deepEqual({ ...together, task: undefined }, { ...alone, task: undefined });
        seen[together.verdict]++;
      }
    }),
    { numRuns: 300 },
  );
  ok(seen.run > 300 && seen.refuse > 100, JSON.stringify(seen));
});

/** The same policy with more forbidden, and with less given. */
function tighter(said: Said, more: Said): Said {
  return {
    lists: {
      authorized: [...said.lists.authorized, ...more.lists.authorized],
      forbidden: [...said.lists.forbidden, ...more.lists.forbidden],
    },
    forbidden: [...said.forbidden, ...more.forbidden],
    allowed: said.allowed.filter((it) => more.allowed.includes(it)),
    writable: said.writable.filter((it) => more.writable.includes(it)),
    open: said.open && more.open,
    hosts: said.hosts === undefined
      ? more.hosts
      : said.hosts.filter((it) => more.hosts?.includes(it) ?? true),
    deny: [...new Set([...said.deny, ...more.deny])],
    variables: said.variables.filter((it) => more.variables.includes(it)),
    memory: Math.min(said.memory ?? 1024, more.memory ?? 1024),
  };
}

type Grant = "all" | readonly string[];

function covers(before: Grant, after: Grant, within: (root: string, it: string) => boolean) {
  if (before === "all") return true;
  return after !== "all" && after.every((it) => before.some((root) => within(root, it)));
}

Deno.test("a policy that forbids more and gives less never allows a task more", () => {
  const seen = { compared: 0, narrower: 0 };
  fc.assert(
    fc.property(
      said,
      said,
      fc.array(task, { minLength: 1, maxLength: 4 }),
      (first, more, tasks) => {
        const before = planned(policyOf(first), tasks);
        const after = planned(policyOf(tighter(first, more)), tasks);
        for (const [i, was] of before.entries()) {
          const is = after[i]!;
          if (was.verdict === "refuse") equal(is.verdict, "refuse");
          if (was.spawn === "denied") equal(is.spawn, "denied");
          const [p, q] = [was.permissions, is.permissions];
          if (p === undefined || q === undefined) continue;
          seen.compared++;
          if (JSON.stringify(p) !== JSON.stringify(q)) seen.narrower++;
          for (const kind of ["read", "write"] as const) {
            ok(covers(p[kind].allow, q[kind].allow, isWithin), `${kind} of ${was.task.path}`);
          }
          for (const kind of ["net", "env", "run", "ffi", "sys", "import"] as const) {
            ok(covers(p[kind].allow, q[kind].allow, (a, b) => a === b), kind);
          }
          for (const kind of ["read", "write", "net", "run", "ffi", "import"] as const) {
            ok(covers(q[kind].deny, p[kind].deny, (a, b) => a === b), `${kind} denied`);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
  ok(seen.compared > 300 && seen.narrower > 200, JSON.stringify(seen));
});
