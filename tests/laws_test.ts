import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { canonicalClass } from "../lib/catalog/aliases.ts";
import { parseFlow, readFlow } from "../lib/flow/mod.ts";
import { type Listing, type Plan, type Policy, StageError } from "../lib/model/mod.ts";
import { isWithin } from "../lib/paths/is_within.ts";
import { makePlan } from "../lib/plan/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../lib/policy/mod.ts";
import { toPlain } from "../lib/source/mod.ts";
import { hostFacts } from "./host_facts.ts";

// The counters below ask that enough runs meant something: the same runs every time.
fc.configureGlobal({ seed: 20261123 });

const LOG = "io.kestra.plugin.core.log.Log";
const EVAL = "io.kestra.plugin.graalvm.js.Eval";
const NASHORN = "io.kestra.plugin.scripts.nashorn.Eval";
const CLASSES = [LOG, EVAL, NASHORN, "com.example.Unknown"];

/** A machine with three directories that each hold three, and everything it takes. */
const NAMES = ["a", "b", "c"];
const listing: Listing = { entries: NAMES.map((name) => ({ name })) };
const HOST = hostFacts({
  builtInPaths: [{ path: "/proc", what: "processes" }],
  listings: new Map([
    ["/", listing],
    ...NAMES.flatMap((x): [string, Listing][] => [
      [`/${x}`, listing],
      ...NAMES.map((y): [string, Listing] => [`/${x}/${y}`, listing]),
    ]),
  ]),
});

function plan(policy: Policy, flow: object): Plan {
  const merged = applyDefaults(readFlow(JSON.stringify(flow), "f.yaml"), policy);
  const ruled = applyRules(merged, policy.rules, canonicalClass);
  return makePlan(policy, [{
    ...parseFlow(ruled.flow),
    ...ruled,
    flow: parseFlow(ruled.flow).flow,
  }], HOST);
}

const load = (...files: object[]) =>
  loadPolicy(files.map((it, i) => ({ file: `${i}.yaml`, text: JSON.stringify(it) })));

const path = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((it) => `/${it.join("/")}`);
const some = <T>(it: fc.Arbitrary<T>) => fc.array(it, { minLength: 1, maxLength: 3 });
const prefix = fc.constantFrom(
  "io.kestra",
  "io.kestra.plugin.core",
  "io.kestra.plugin.scripts",
  EVAL,
  "com",
);
const host = fc.constantFrom("a.example", "b.example", "c.example:443");
const requiredKey = fc.constantFrom("message", "script", "level", "taskRunner");

/** A policy file of whatever there is. */
const fileWith = (bulkhead: fc.Arbitrary<object>) =>
  fc.record({
    security: fc.record({
      "forbidden-paths": some(path),
      "authorized-class-prefix": some(prefix),
      "forbidden-class-prefix": some(prefix),
    }, { requiredKeys: [] }),
    plugins: fc.record({
      includes: fc.constant(["io[.]kestra[.].*"]),
      excludes: some(fc.constantFrom(...CLASSES)),
    }, { requiredKeys: [] }),
    bulkhead,
    policies: fc.array(
      fc.oneof(
        fc.record({
          type: fc.constant("io.kestra.plugin.ee.rules.Deny"),
          on: fc.constant("PLUGIN"),
          where: fc.constantFrom(...CLASSES).map((
            value,
          ) => [{ field: "type", operator: "EQUAL_TO", value }]),
          errorMessage: fc.constant("no"),
        }),
        fc.record({
          type: fc.constant("io.kestra.plugin.ee.rules.Require"),
          on: fc.constant("PLUGIN"),
          where: fc.constant([{ field: "type", operator: "STARTS_WITH", value: "io." }]),
          properties: some(requiredKey),
        }),
      ),
      { maxLength: 1 },
    ),
  }).map(({ security, plugins, bulkhead, policies }) => ({
    kestra: {
      ee: { "java-security": { enabled: true, ...security } },
      plugins: { security: plugins },
      ...(policies.length > 0 &&
        { policies: [{ id: "p", enforcement: "ACTIVE", rules: policies }] }),
    },
    bulkhead,
  }));

const network = fc.record({ allow: some(host), deny: some(host) }, { requiredKeys: [] });
const limits = fc.record({
  timeout: fc.constantFrom("PT1S", "PT1M"),
  memory: fc.constantFrom("64MB", "1GB"),
}, { requiredKeys: [] });
/** What grants, and may widen what an outer file grants. */
const granting = fc.record({
  filesystem: fc.constantFrom("open", "closed"),
  spawn: fc.constantFrom("by-class", "never"),
  writable: some(path),
  network,
  env: fc.record({ allow: some(fc.constantFrom("A", "B", "C")) }),
  limits,
}, { requiredKeys: ["filesystem"] });
/** What can only tighten. */
const tightening = fc.record({
  filesystem: fc.constant("closed"),
  spawn: fc.constant("never"),
  network,
  limits,
}, { requiredKeys: ["filesystem"] });
const policyFile = fileWith(granting);
const innerFile = fileWith(fc.oneof({ weight: 4, arbitrary: tightening }, granting));

const flow = some(fc.constantFrom(...CLASSES)).map((types) => ({
  id: "f",
  namespace: "n",
  tasks: types.map((type, i) => ({
    id: `t${i}`,
    type,
    ...(type === LOG ? { message: "x" } : { script: "1" }),
  })),
}));

type Grant = "all" | readonly string[];

/** Whether everything that `after` covers, `before` covers as well. */
function noMore(before: Grant, after: Grant, covers: (a: string, b: string) => boolean): boolean {
  if (before === "all") return true;
  return after !== "all" && after.every((it) => before.some((grant) => covers(grant, it)));
}

const renamed = (file: { kestra: { policies?: { id: string }[] } }) => ({
  ...file,
  kestra: {
    ...file.kestra,
    ...(file.kestra.policies &&
      { policies: file.kestra.policies.map((it) => ({ ...it, id: "q" })) }),
  },
});

Deno.test("adding a policy never allows more", async () => {
  let meant = 0;
  await fc.assert(
    fc.asyncProperty(policyFile, innerFile, flow, async (outer, added, tasks) => {
      const chains = await Promise.all([load(outer), load(outer, renamed(added))]).catch(
        (error) => {
          if (error instanceof StageError) return undefined;
          throw error;
        },
      );
      if (chains === undefined) return;
      const [before, after] = chains.map((it) => plan(it, tasks).flows[0]!.tasks);
      meant++;
      for (const [i, was] of before!.entries()) {
        const is = after![i]!;
        if (was.verdict === "refuse") equal(is.verdict, "refuse");
        if (was.spawn === "denied") equal(is.spawn, "denied");
        if (was.permissions === undefined || is.permissions === undefined) continue;
        const [p, q] = [was.permissions, is.permissions];
        for (const kind of ["read", "write"] as const) {
          ok(noMore(p[kind].allow, q[kind].allow, isWithin), kind);
        }
        for (const kind of ["net", "env", "run", "sys", "ffi", "import"] as const) {
          ok(noMore(p[kind].allow, q[kind].allow, (a, b) => a === b), kind);
        }
        for (const denied of p.read.deny as string[]) {
          ok((q.read.deny as string[]).includes(denied));
        }
        ok((is.timeoutMs ?? Infinity) <= (was.timeoutMs ?? Infinity));
      }
    }),
    { numRuns: 1_000 },
  );
  ok(meant > 150, `only ${meant} chains were valid`);
});

Deno.test("what a policy forces stands in the task, whatever the flow says", async () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean());
  const values = fc.dictionary(fc.constantFrom("a", "b", "c"), value, { minKeys: 1 });
  await fc.assert(
    fc.asyncProperty(
      values,
      values,
      values,
      fc.boolean(),
      async (forced, own, task, flowForced) => {
        const policy = await load({
          kestra: {
            plugins: { defaults: [{ type: "com.example", forced: true, values: forced }] },
          },
        });
        const root = readFlow(
          JSON.stringify({
            id: "f",
            namespace: "n",
            pluginDefaults: [{ type: "com.example.T", forced: flowForced, values: own }],
            tasks: [{ id: "t", type: "com.example.T", ...task }],
          }),
          "f",
        );
        const { tasks: [merged] } = toPlain(applyDefaults(root, policy)) as {
          tasks: [Record<string, unknown>];
        };
        for (const [key, it] of Object.entries(forced)) deepEqual(merged[key], it);
        const [fills, keeps] = flowForced ? [own, task] : [task, own];
        for (const [key, it] of Object.entries({ ...keeps, ...fills })) {
          if (!Object.hasOwn(forced, key)) deepEqual(merged[key], it);
        }
      },
    ),
    { numRuns: 500 },
  );
});

/** What only forbids: no file of these can widen another. */
const forbidding = fc.record({
  "forbidden-paths": some(path),
  "authorized-class-prefix": some(prefix),
  "forbidden-class-prefix": some(prefix),
}, { requiredKeys: ["forbidden-paths"] }).map((it) => ({
  kestra: { ee: { "java-security": { enabled: true, ...it } } },
}));

Deno.test("the order of files that only forbid does not matter", async () => {
  await fc.assert(
    fc.asyncProperty(forbidding, forbidding, flow, async (a, b, tasks) => {
      const [one, other] = await Promise.all([load(a, b), load(b, a)]);
      const said = (policy: Policy) =>
        plan(policy, tasks).flows[0]!.tasks.map((it) => [
          it.verdict,
          it.spawn,
          it.permissions?.read.allow,
          [...(it.permissions?.read.deny as string[] ?? [])].toSorted(),
        ]);
      deepEqual(said(one), said(other));
    }),
    { numRuns: 300 },
  );
});

Deno.test("how a policy is spelt does not change its digest; what it means does", async () => {
  await fc.assert(
    fc.asyncProperty(policyFile, path, async (file, more) => {
      const spelt = (text: string) => loadPolicy([{ file: "p", text }]);
      const policy = await spelt(JSON.stringify(file)).catch((error) => {
        if (error instanceof StageError) return undefined;
        throw error;
      });
      if (policy === undefined) return;
      const camel = JSON.stringify(file, null, 2)
        .replaceAll("java-security", "javaSecurity").replaceAll(
          "forbidden-paths",
          "forbiddenPaths",
        );
      equal((await spelt(`# the same\n${camel}\n`)).digest, policy.digest);
      const security = file.kestra.ee["java-security"];
      if (policy.forbiddenPaths.some((it) => it.value === more)) return;
      const other = structuredClone(file);
      other.kestra.ee["java-security"]["forbidden-paths"] = [
        ...security["forbidden-paths"] ?? [],
        more,
      ];
      const changed = await spelt(JSON.stringify(other)).catch(() => undefined);
      if (changed !== undefined) equal(changed.digest === policy.digest, false);
    }),
    { numRuns: 300 },
  );
});
