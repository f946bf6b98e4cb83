/**
 * How long a child takes, beside a plain `deno run`.
 *
 *     deno run -A tests/bench/child_bench.ts [ROUNDS]
 *
 * Each round starts one child of every case, so that what else the machine does falls on all
 * alike. The command lines are those that `bulkhead plan` shows.
 *
 * @module
 */
import { openLauncher } from "../../lib/execute/launcher.ts";
import { readKernel } from "../../lib/kernel/mod.ts";
import type { Found, Kernel } from "../../lib/model/mod.ts";
import { type ChildJob, evalJob, logJob, planChildren, runFresh } from "./children.ts";
import { type Case, elapsed, takeTurns, timesTable } from "./measure.ts";
import { makeScripts, runHello } from "./hello.ts";

const ROUNDS = 40;

if (import.meta.main) {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "child_bench_" }));
  try {
    const kernel = readKernel();
    const found: Found<Kernel> = typeof kernel === "string"
      ? { found: false, problem: { code: "host/kernel", severity: "error", message: kernel } }
      : { found: true, value: kernel };
    using launcher = openLauncher(found);
    const planned = await planChildren(directory);
    const hello = `${directory}/hello.js`;
    await makeScripts(directory);
    const flags = planned.get("eval")!.argv.slice(0, -1);
    const plain = (name: string, argv: readonly string[]): Case => ({
      name,
      take: () => elapsed(() => runHello(argv, directory)),
    });
    const child = (name: string, job: ChildJob): Case => ({
      name: `${name}, ${job.layers === "all" ? "all layers" : "without the kernel"}`,
      take: () => elapsed(() => runFresh({ planned, directory, launcher }, job)),
    });
    const cases: readonly Case[] = [
      plain("plain deno run hello.js", [flags[0]!, "run", hello]),
      plain("the same, with our flags", [...flags, hello]),
      child("a Log", logJob("Deno")),
      child("a Log", logJob("all")),
      child("a Log with an expression", logJob("all", "{{ flow.id }}")),
      child("an Eval that may spawn", evalJob("eval", "all")),
      child("an Eval with the guard", evalJob("guarded", "Deno")),
      child("an Eval with the guard", evalJob("guarded", "all")),
      child("the same, touching process", evalJob("guarded", "all", "typeof process.pid; ")),
    ];
    const samples = await takeTurns(cases, { rounds });
    await Deno.stdout.write(new TextEncoder().encode(timesTable(cases, samples)));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
