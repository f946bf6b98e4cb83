import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { hostFacts } from "../../../tests/host_facts.ts";
import { innerFile, policyFile } from "../../../tests/policy_arbitraries.ts";
import { type Policy, StageError } from "../../model/mod.ts";
import { loadPolicy } from "../../policy/mod.ts";
import { QUESTIONS } from "./questions.ts";
import { scorePolicy } from "./score_policy.ts";

const HOST = hostFacts();
const load = (...texts: string[]) =>
  loadPolicy(texts.map((text, i) => ({ file: `${i}.yaml`, text })));
const shipped = async (name: string) =>
  await load(
    await Deno.readTextFile(new URL(`../../../policies/${name}.yaml`, import.meta.url)),
  );
const scoreOf = (policy: Policy) => scorePolicy(policy, HOST).score;

Deno.test("scorePolicy() orders what is known to be tight and what is not", async () => {
  const baseline = scoreOf(await shipped("baseline"));
  const edge = scoreOf(await shipped("edge"));
  const isolation = scoreOf(await shipped("worker-isolation"));
  const nothing = scoreOf(await load("bulkhead: {filesystem: open}\n"));
  ok(
    baseline < isolation && edge < isolation && isolation < nothing,
    [baseline, edge, isolation, nothing].join(" "),
  );
  ok(baseline < 5 && nothing > 5, `${baseline} ${nothing}`);
});

Deno.test("scorePolicy() reaches both of its ends", async () => {
  const open = await load(`
kestra: {}
bulkhead:
  filesystem: open
  kernel: "off"
  writable: [/a, /b, /c, /d]
  env: {allow: [A, B, C, D, E, F, G, H, I, J]}
  scripts: {in-process: [deno, node, bun]}
  containers:
    networks: [bridge]
    users: ["0:0"]
    capabilities: [CHOWN, SETUID, SETGID, KILL]
    volumes: ["/srv:rw"]
    read-only: false
    ports: ["8080"]
`);
  equal(scoreOf(open), 10);
  const closed = await load(`
kestra:
  plugins: {security: {includes: ["io[.]kestra[.]plugin[.]core[.].*"]}}
bulkhead:
  filesystem: closed
  spawn: never
  kernel: require
  network: {allow: []}
  limits: {timeout: PT1M, memory: 64MB, processes: 8, files: 64, output: 1MB, workspace: 1MB}
  containers: {images: {allow: ["ghcr.io/acme/*"], require-digest: true}}
`);
  equal(scoreOf(closed), 0);
});

Deno.test("scorePolicy() says of every question a sentence, and of what is written its line", async () => {
  const { items } = scorePolicy(await load('bulkhead: {kernel: "off", env: {allow: [A]}}\n'), HOST);
  equal(items.length, QUESTIONS.length);
  for (const it of items) {
    ok(/^[A-Z0-9].*[^.]$/.test(it.sentence), it.sentence);
    ok(it.exposure >= 0 && it.exposure <= 1, it.id);
  }
  const lines = items.filter((it) => ["kernel", "env"].includes(it.id)).map((it) =>
    it.because.source
  );
  for (const it of lines) deepEqual(it !== "built-in" && it.line, 1);
  const points = items.map((it) => it.weight * it.exposure);
  deepEqual(points, points.toSorted((a, b) => b - a));
});

Deno.test("law: a policy that is tightened never has a higher number, and none leaves 0 to 10", async () => {
  let meant = 0;
  let lower = 0;
  await fc.assert(
    fc.asyncProperty(policyFile, innerFile, async (outer, inner) => {
      // Two rule policies of one id are a complaint.
      const { policies: _, ...kestra } = inner.kestra as Record<string, unknown>;
      try {
        const before = scoreOf(await load(JSON.stringify(outer)));
        const after = scoreOf(
          await load(JSON.stringify(outer), JSON.stringify({ ...inner, kestra })),
        );
        meant++;
        if (after < before) lower++;
        ok(after <= before, `${before} became ${after}`);
        ok(after >= 0 && before <= 10);
      } catch (error) {
        if (!(error instanceof StageError)) throw error;
      }
    }),
    { numRuns: 1_000, seed: 20261127 },
  );
  ok(meant > 150 && lower > 50, `${meant} chains, ${lower} of them lower`);
});

Deno.test("scorePolicy() does not depend on order and spelling", async () => {
  const one = await load(`
kestra: {ee: {java-security: {enabled: true, forbidden-paths: [/etc, /root], authorized-class-prefix: [a.b]}}}
bulkhead: {limits: {timeout: PT60S}}
`);
  const other = await load(`
bulkhead: {limits: {timeout: PT1M}}
kestra: {ee: {javaSecurity: {authorizedClassPrefix: [a.b.], forbiddenPaths: [/root/, /etc/], enabled: true}}}
`);
  deepEqual(
    scorePolicy(one, HOST).items.map((it) => [it.id, it.exposure, it.sentence]),
    scorePolicy(other, HOST).items.map((it) => [it.id, it.exposure, it.sentence]),
  );
});
