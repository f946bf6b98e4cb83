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
import {
  CLASSES,
  innerFile,
  LOG,
  NAMES,
  path,
  policyFile,
  prefix,
  some,
} from "./policy_arbitraries.ts";

// The counters below ask that enough runs meant something: the same runs every time.
fc.configureGlobal({ seed: 20261123 });

/** A machine with three directories that each hold three, and everything it takes. */
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
