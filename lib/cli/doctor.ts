import { readMachine } from "../host/mod.ts";
import type { LayerProof, Machine, SelfTest } from "../model/mod.ts";
import { doctorJson, doctorText, makeStyle } from "../report/mod.ts";
import { defineCommand, type Io, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { loadPolicies } from "./load_policies.ts";
import { testLayers } from "./prove_layers.ts";
import { DOCTOR } from "./tables/doctor.ts";
import { testContainers } from "./test_containers.ts";
import { unmetNeeds } from "./unmet_needs.ts";

/** What an image may be called; above all it cannot be taken for an option. */
const IMAGE = /^[a-z0-9][A-Za-z0-9._\-/:@]{0,511}$/;

/** `doctor`: what this machine offers, and the proof of each layer. */
export const doctor = defineCommand(DOCTOR, async ({ positionals, values }, io) => {
  const { image, runtime, workspace } = values;
  if (positionals.length > 0) {
    throw new UsageError(`Cannot examine "${positionals[0]}": doctor looks at this machine only`);
  }
  if (image !== undefined && !IMAGE.test(image)) {
    throw new UsageError(`Cannot use image "${image}": that is not the name of an image`);
  }
  const policy = values.policy.length > 0 ? await loadPolicies(io, values.policy) : undefined;
  const machine = await readMachine({
    env: io.env,
    ...(runtime !== undefined && { runtime }),
    ...(workspace !== undefined && { workspace }),
    ...(policy?.containers.engine && { engine: policy.containers.engine.value }),
  });
  const proofs = [
    ...await proofsOfChildren(io, machine),
    await testContainers(io, machine.engine, image),
  ];
  if (io.signal.aborted) {
    return io.signal.reason === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
  }
  const problems = policy === undefined ? [] : unmetNeeds(policy, machine, proofs);
  const report = { machine, proofs, problems };
  io.out(values.json ? doctorJson(report) : doctorText(report, makeStyle(io.colour.out)));
  io.log.tell(problems);
  return problems.length > 0 ? ExitCode.host : ExitCode.ok;
});

/** One child proves both layers; a kernel without Landlock leaves Deno's alone. */
async function proofsOfChildren(
  io: Io,
  { runtime, kernel }: Machine,
): Promise<readonly LayerProof[]> {
  if (!runtime.found) {
    const reason = runtime.problem.message;
    return (["deno", "kernel"] as const).map((layer) => (
      { layer, verdict: "not-proved", reason, results: [] }
    ));
  }
  const test = await testLayers(io, runtime.value, kernel);
  const deno = proofOf("deno", test);
  if (kernel.found) return [deno, proofOf("kernel", test)];
  const reason = kernel.problem.message;
  return [deno, { layer: "kernel", verdict: "not-proved", reason, results: [] }];
}

function proofOf(layer: LayerProof["layer"], { results, broken }: SelfTest): LayerProof {
  if (broken !== undefined) return { layer, verdict: "failed", reason: broken, results: [] };
  const own = results.filter((it) => it.layer === layer);
  const holds = own.length > 0 && own.every((it) => it.holds);
  return { layer, verdict: holds ? "proved" : "failed", results: own };
}
