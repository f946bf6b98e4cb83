import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { hostFacts } from "../../../tests/host_facts.ts";
import { decideAccess } from "../../access/mod.ts";
import { parseFlow, readFlow } from "../../flow/mod.ts";
import type { Policy, TaskPlan } from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import { makePlan } from "../../plan/mod.ts";
import { loadPolicy } from "../../policy/mod.ts";
import { probePolicy } from "../probe_policy.ts";
import { COLLAPSE_AT, collapsePaths, NEVER_WHOLE } from "./collapse_paths.ts";
import { type LearnedTask, proposePolicy } from "./propose_policy.ts";

const HOST = hostFacts();
const EVAL = "io.kestra.plugin.graalvm.js.Eval";
const load = (text: string) => loadPolicy([{ file: "given.yaml", text }]);

function planOf(policy: Policy, id = "read"): TaskPlan {
  const flow = readFlow(
    `id: it\nnamespace: n\ntasks: [{id: ${JSON.stringify(id)}, type: ${EVAL}, script: "1"}]\n`,
    "flow.yaml",
  );
  return makePlan(policy, [{ flow: parseFlow(flow).flow, warnings: [] }], HOST).flows[0]!.tasks[0]!;
}

interface Seen {
  readonly accessed?: readonly [string, string][];
  readonly denied?: readonly [string, string][];
  readonly spawned?: boolean;
}

function seen(policy: Policy, { accessed = [], denied = [], spawned = false }: Seen): LearnedTask {
  const because = { effect: "", rule: "forbidden-paths", source: "built-in" } as const;
  return {
    plan: planOf(policy),
    accessed: accessed.map(([permission, value]) => ({ permission, value })),
    denied: denied.map(([permission, value]) => ({ permission, value, because })),
    spawned,
  };
}

Deno.test("collapsePaths() makes a directory of four files, where it may be opened", () => {
  const asked = (...paths: string[]) => new Map(paths.map((it) => [it, ["t"]]));
  const four = (directory: string) =>
    Array.from({ length: COLLAPSE_AT }, (_, i) => `${directory}/${i}`);
  const paths = (them: readonly string[], closed: readonly string[] = []) =>
    collapsePaths(asked(...them), closed).map((it) => it.path);
  deepEqual(paths(four("/srv/in")), ["/srv/in"]);
  deepEqual(paths(four("/srv/in").slice(1)), four("/srv/in").slice(1));
  for (const it of [...NEVER_WHOLE.filter((it) => it !== "/"), "/home/somebody"]) {
    deepEqual(paths(four(it)), four(it), it);
  }
  deepEqual(paths(four("/srv/in"), ["/srv/in/secret"]), four("/srv/in"));
  deepEqual(paths(["/srv/in", "/srv/in/a", "/srv/inner"]), ["/srv/in", "/srv/inner"]);
  deepEqual(collapsePaths(asked(...four("/srv/in")), [])[0]?.count, COLLAPSE_AT);
});

Deno.test("proposePolicy() says in every line who needs it, and keeps what was denied a comment", async () => {
  const given = await load(
    "kestra: {ee: {java-security: {enabled: true, forbidden-paths: [/secret]}}}\n" +
      "bulkhead: {filesystem: open, writable: [/out], limits: {timeout: PT1M, memory: 64MB}}\n",
  );
  const { text, leftOut } = proposePolicy(
    [seen(given, {
      accessed: [["read", "/data/a"], ["write", "/out/x"], ["net", "a.example:443"], ["env", "A"]],
      denied: [["read", "/secret/key"]],
      spawned: true,
    })],
    given,
    "n/it",
  );
  equal(leftOut, 1);
  for (
    const it of [
      /^ +- \/data\/a +# read by "read" \(tasks\[0\]\)$/m,
      /^ +- \/out +# written by "read"/m,
      /^ +- "a\.example:443" +# reached by/m,
      /^ +- A +# seen by/m,
      /^ +- \/secret +# as in given\.yaml:1:/m,
      /^ +# - \/secret\/key +# asked for by "read" .*denied: forbidden-paths/m,
      /^ +- io\.kestra\.plugin\.graalvm\.js\.Eval +# starts processes/m,
      /^ +timeout: PT60S +# as in/m,
      /^ +memory: 65536KB +# as in/m,
    ]
  ) match(text, it);
  const proposed = await load(text);
  deepEqual(proposed.warnings, []);
  equal(proposed.limits.memoryBytes?.value, 64 * 2 ** 20);
});

Deno.test("proposePolicy() opens nothing where nothing was seen", async () => {
  const given = await load("bulkhead: {filesystem: open}\n");
  const proposed = await load(proposePolicy([seen(given, {})], given, "n/it").text);
  const probe = probePolicy(proposed, ["/data/a"], HOST);
  for (
    const it of [
      { kind: "read", value: "/data/a" },
      { kind: "write", value: "/data/a" },
      { kind: "net", value: "a.example:443" },
      { kind: "spawn" },
    ] as const
  ) equal(decideAccess(probe, it).verdict, "denied", it.kind);
});

const name = fc.constantFrom("a", "b", "c", "d", "e", "x y", "q#", "-", ": ");
const path = fc.array(name, { minLength: 2, maxLength: 4 }).map((it) => `/${it.join("/")}`);
const accesses = fc.array(
  fc.oneof(
    fc.tuple(fc.constant("read"), path),
    fc.tuple(fc.constant("write"), path.map((it) => `/out${it}`)),
    fc.tuple(fc.constant("net"), fc.constantFrom("a.example:443", "[::1]:80", "10.0.0.1:8080")),
    fc.tuple(fc.constant("env"), fc.constantFrom("A", "yes", "NULL_", "X1")),
  ),
  { maxLength: 12 },
);

Deno.test("law: a proposal is a policy, covers what was seen, and opens nothing forbidden", async () => {
  let asked = 0;
  await fc.assert(
    fc.asyncProperty(accesses, path, async (accessed, forbidden) => {
      const given = await load(JSON.stringify({
        kestra: { ee: { "java-security": { enabled: true, "forbidden-paths": [forbidden] } } },
        bulkhead: { filesystem: "open", writable: ["/out"] },
      }));
      const allowed = accessed.filter(([kind, value]) =>
        !["read", "write"].includes(kind) || !isWithin(forbidden, value)
      );
      const task = seen(given, { accessed: allowed });
      const { text } = proposePolicy([task], given, "n/it");
      const proposed = await load(text);
      deepEqual(proposed.warnings, [], text);
      const values = allowed.map(([, it]) => it).filter((it) => it.startsWith("/"));
      const probe = probePolicy(proposed, [...values, `${forbidden}/x`, forbidden], HOST);
      for (const [kind, value] of allowed) {
        asked++;
        const access = { kind: kind as "read", value };
        equal(decideAccess(probe, access).verdict, "allowed", `${kind} ${value}\n${text}`);
      }
      for (const value of [forbidden, `${forbidden}/x`]) {
        equal(decideAccess(probe, { kind: "read", value }).verdict, "denied", text);
      }
      // The same again, and the same of what is learned under the proposal itself.
      equal(proposePolicy([task], given, "n/it").text, text);
      const again = await load(
        proposePolicy([{ ...task, plan: planOf(proposed) }], proposed, "n/it").text,
      );
      deepEqual(
        again.allowedPaths.map((it) => it.value),
        proposed.allowedPaths.map((it) => it.value),
      );
      deepEqual(again.writable.map((it) => it.value), proposed.writable.map((it) => it.value));
    }),
    { numRuns: 300, seed: 20261127 },
  );
  ok(asked > 500, `only ${asked} accesses were asked`);
});
