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

const hello = `${root}/hello.mjs`;
await Deno.writeTextFile(hello, 'console.log("hello");');

async function plain(): Promise<void> {
  const { success } = await new Deno.Command(runtime.path, { args: ["run", hello] }).output();
  if (!success) throw new Error("Cannot measure: the plain runtime fails");
}

async function test(layer: Found<Kernel>): Promise<void> {
  await using directory = await makeScratchDirectory(env);
  const plan = selfTestPlan({ directory: directory.path, runtime, kernel: layer, program });
  using launcher = openLauncher(layer);
  const { results, broken } = await runTrials(plan, launcher, new AbortController().signal);
  const failed = results.filter((it) => !it.holds);
  if (broken !== undefined || failed.length > 0) {
    throw new Error(`Cannot measure: ${broken ?? JSON.stringify(failed)}`);
  }
}

async function lookUp(): Promise<void> {
  const plan = selfTestPlan({ directory: "/self-test", runtime, kernel, program });
  const key = await proofKey({ version: project.version, runtime, kernel, plan });
  const cache = openProofCache(env);
  if (await cache.has(key)) return;
  await cache.add(key);
  if (!await cache.has(key)) throw new Error("Cannot measure: nothing is remembered");
}

const CASES: Readonly<Record<string, () => Promise<void>>> = {
  "plain deno run": plain,
  "self-test, Deno layer": () => test(NONE),
  ...(kernel.found && { "self-test, Deno and kernel layer": () => test(kernel) }),
  "look-up of one that held": lookUp,
};

const times = new Map<string, number[]>(Object.keys(CASES).map((it) => [it, []]));
for (let round = -2; round < rounds; round++) {
  for (const [name, work] of Object.entries(CASES)) {
    const start = performance.now();
    await work();
    if (round >= 0) times.get(name)!.push(performance.now() - start);
  }
}
await Deno.remove(root, { recursive: true });

const at = (list: readonly number[], part: number) =>
  list.toSorted((a, b) => a - b)[Math.floor((list.length - 1) * part)]!;
const unit = at(times.get("plain deno run")!, 0.5);
let text = `${rounds} rounds; milliseconds\n`;
for (const [name, list] of times) {
  const [median, late] = [at(list, 0.5), at(list, 0.95)];
  text += `${name.padEnd(34)} median ${median.toFixed(1).padStart(6)}` +
    `  p95 ${late.toFixed(1).padStart(6)}  ${(median / unit).toFixed(2)} x plain\n`;
}
await Deno.stdout.write(new TextEncoder().encode(text));
