/**
 * What the self-test of the layers costs, and what it costs when it was done before.
 *
 *     deno run -A tests/bench/self_test_bench.ts [ROUNDS]
 *
 * Each round measures everything once, so that what else the machine does falls on all alike. The
 * plain runtime is the measure: the same process, with nothing but `console.log` in it.
 *
 * @module
 */
import project from "../../deno.json" with { type: "json" };
import { openLauncher, runTrials } from "../../lib/execute/mod.ts";
import { findProgram, makeScratchDirectory, openProofCache, proofKey } from "../../lib/host/mod.ts";
import { readKernel } from "../../lib/kernel/mod.ts";
import type { Found, Kernel } from "../../lib/model/mod.ts";
import { selfTestPlan } from "../../lib/plan/mod.ts";
import { makeScripts, runHello } from "./hello.ts";
import { type Case, elapsed, takeTurns, timesTable } from "./measure.ts";

const rounds = Number(Deno.args[0] ?? 30);
const root = await Deno.makeTempDir({ prefix: "bulkhead_bench_" });
const env = { BULKHEAD_CACHE: `${root}/cache` };
const runtime = { path: await Deno.realPath(Deno.execPath()), version: Deno.version.deno };
const program = await findProgram();
const NONE: Found<Kernel> = {
  found: false,
  problem: { code: "host/kernel-layer", severity: "error", message: "left out" },
};
const found = readKernel();
const kernel: Found<Kernel> = typeof found === "string" ? NONE : { found: true, value: found };

const hello = `${root}/hello.js`;
await makeScripts(root);
const plain = () => runHello([runtime.path, "run", hello], root);

async function test(layer: Found<Kernel>): Promise<void> {
  await using directory = await makeScratchDirectory(env);
  const plan = selfTestPlan({ directory: directory.path, runtime, kernel: layer, program });
  using launcher = openLauncher(layer);
  const { results, broken } = await runTrials(plan, launcher, new AbortController().signal);
  const failed = results.filter((it) => !it.holds);
  if (broken !== undefined || failed.length > 0) {
    throw new Error(`${broken ?? JSON.stringify(failed)}`);
  }
}

async function lookUp(): Promise<void> {
  const plan = selfTestPlan({ directory: "/self-test", runtime, kernel, program });
  const key = await proofKey({ version: project.version, runtime, kernel, plan });
  const cache = openProofCache(env);
  if (await cache.has(key)) return;
  await cache.add(key);
  if (!await cache.has(key)) throw new Error("nothing is remembered");
}

const cases: readonly Case[] = [
  { name: "plain deno run", take: () => elapsed(plain) },
  { name: "self-test, Deno layer", take: () => elapsed(() => test(NONE)) },
  ...(kernel.found
    ? [{
      name: "self-test, Deno and kernel layer",
      take: () => elapsed(() => test(kernel)),
    }]
    : []),
  { name: "look-up of one that held", take: () => elapsed(lookUp) },
];

try {
  const samples = await takeTurns(cases, { rounds });
  await Deno.stdout.write(new TextEncoder().encode(timesTable(cases, samples)));
} finally {
  await Deno.remove(root, { recursive: true });
}
