import { parseArgs } from "node:util";
import { readMachine } from "../host/mod.ts";
import type { LayerProof, Machine, SelfTest } from "../model/mod.ts";
import { doctorJson, doctorText, makeStyle, renderDiagnostics } from "../report/mod.ts";
import { type Command, type Io, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { loadPolicies } from "./load_policies.ts";
import { testLayers } from "./prove_layers.ts";
import { testContainers } from "./test_containers.ts";
import { unmetNeeds } from "./unmet_needs.ts";

/** What an image may be called; above all it cannot be taken for an option. */
const IMAGE = /^[a-z0-9][A-Za-z0-9._\-/:@]{0,511}$/;

/** `doctor`: what this machine offers, and the proof of each layer. */
export const doctor: Command = {
  name: "doctor",
  usage: `Usage: bulkhead doctor [options]

  -p, --policy PATH   say whether this machine has what a policy needs; repeat it
  --json              one JSON document
  --image NAME        prove the container layer with this image (default: one that is here)
  --runtime PATH      the Deno that runs the tasks (also BULKHEAD_RUNTIME)
  --workspace DIR     where workspaces are made (default: a directory in the system's own)
  -h, --help          this text

A probe is something that its layer must refuse, a control something that it must not.
Nothing is pulled, and nothing that was remembered of earlier tests counts.

Exit codes: 0 fine, 2 wrong usage, 3 a policy cannot be read, 125 this machine lacks
what a policy given with -p needs.

Examples:
  bulkhead doctor
  bulkhead doctor -p policies/edge.yaml --json | jq .layers
`,
  async run(argv, io) {
    const { positionals, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        policy: { type: "string", short: "p", multiple: true, default: [] as string[] },
        json: { type: "boolean", default: false },
        image: { type: "string" },
        runtime: { type: "string" },
        workspace: { type: "string" },
      },
    });
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
      engine: policy?.containers.engine?.value ?? "docker",
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
    io.err(renderDiagnostics(problems, io.texts, makeStyle(io.colour.err)));
    return problems.length > 0 ? ExitCode.host : ExitCode.ok;
  },
};

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
