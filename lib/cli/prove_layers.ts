import project from "../../deno.json" with { type: "json" };
import { openLauncher, runTrials } from "../execute/mod.ts";
import { findProgram, makeScratchDirectory, openProofCache, proofKey } from "../host/mod.ts";
import {
  type Diagnostic,
  type Found,
  type HostFacts,
  type Kernel,
  type Runtime,
  type SelfTest,
  StageError,
  type TrialResult,
} from "../model/mod.ts";
import { selfTestPlan } from "../plan/mod.ts";
import type { Io } from "./command.ts";

/** Stands for any directory where what is tried is named. */
const ANY_DIRECTORY = "/self-test";

/**
 * Proves the layers that children rely on, before anything of an author's is loaded: once for each
 * boot, machine, runtime and set of flags.
 *
 * @throws {StageError} When one does not hold: nothing may start.
 */
export async function proveLayers(
  io: Io,
  { runtime, kernel }: Pick<HostFacts, "runtime" | "kernel">,
): Promise<void> {
  if (!runtime.found) return; // and so nothing can be started
  const program = await findProgram();
  const cache = openProofCache(io.env);
  const key = await proofKey({
    version: project.version,
    runtime: runtime.value,
    kernel,
    plan: selfTestPlan({ directory: ANY_DIRECTORY, runtime: runtime.value, kernel, program }),
  });
  if (await cache.has(key)) return;
  const test = await testLayers(io, runtime.value, kernel);
  if (io.signal.aborted) return; // and so nothing will start
  const problems = selfTestProblems(test);
  if (problems.length > 0) throw new StageError(problems, "host");
  await cache.add(key);
}

/** Runs the self-test of the layers of children, whatever was proved before. */
export async function testLayers(
  io: Io,
  runtime: Runtime,
  kernel: Found<Kernel>,
): Promise<SelfTest> {
  await using directory = await makeScratchDirectory(io.env);
  const program = await findProgram();
  const plan = selfTestPlan({ directory: directory.path, runtime, kernel, program });
  const launcher = openLauncher(kernel);
  using _launcher = launcher;
  return await runTrials(plan, launcher, io.signal);
}

/** What a self-test has to complain of, layer by layer; empty when every layer held. */
export function selfTestProblems({ results, broken }: SelfTest): readonly Diagnostic[] {
  const problem = (message: string): Diagnostic => ({
    code: "host/self-test",
    severity: "error",
    message,
    help: "bulkhead doctor shows every probe; nothing is run where one gets through",
  });
  if (broken !== undefined) return [problem(`Cannot prove that tasks are isolated: ${broken}`)];
  const failed = Map.groupBy(results.filter((it) => !it.holds), (it) => it.layer);
  return [...failed].map(([layer, [first, ...more]]) =>
    problem(
      `Cannot rely on layer "${layer}": ${failureOf(first!)}` +
        (more.length > 0 ? `, and ${more.length} more` : ""),
    )
  );
}

function failureOf({ kind, what, outcome }: TrialResult): string {
  if (kind === "control") return `its control to ${what} failed (${outcome})`;
  return outcome === "ok"
    ? `its probe to ${what} got through`
    : `its probe to ${what} was not refused by it (${outcome})`;
}
