import { parseArgs } from "node:util";
import { clearLeftOvers, runFlow } from "../execute/mod.ts";
import { resolveInputs } from "../flow/mod.ts";
import { makeOwnDirectory } from "../host/mod.ts";
import { type Event, StageError } from "../model/mod.ts";
import { harnessChild } from "../plan/mod.ts";
import { makeStyle, renderDiagnostics, runText, safeJson } from "../report/mod.ts";
import { parseYaml, toPlain } from "../source/mod.ts";
import { type Command, type Io, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { COMMON_HELP, COMMON_OPTIONS, questionOf } from "./common_options.ts";
import { refusalCode } from "./plan.ts";
import { prepare } from "./prepare.ts";
import { proveLayers } from "./prove_layers.ts";
import { readText } from "./read_text.ts";

/** `run`: a flow under policies, to its end. */
export const run: Command = {
  name: "run",
  usage: `Usage: bulkhead run FLOW [options]

  -i, --input K=V     a value for an input; repeat it
  --inputs FILE       values for inputs, as YAML or JSON
  --json              events as JSON Lines on stdout
  -q, --quiet         say nothing about tasks that go well
  --keep              leave the workspaces
${COMMON_HELP}
Exit codes: 0 fine, 1 the execution failed, 2 wrong usage, 3 a file cannot be read,
4 refused by policy, 124 timed out, 125 this machine lacks something, 130/143 interrupted.

Examples:
  bulkhead run examples/demo.yaml -p policies/worker-isolation.yaml
  bulkhead run flow.yaml -i name=world --json | jq -c 'select(.type == "task.denied")'
`,
  async run(argv, io) {
    const { positionals, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...COMMON_OPTIONS,
        input: { type: "string", short: "i", multiple: true, default: [] as string[] },
        inputs: { type: "string" },
        json: { type: "boolean", default: false },
        quiet: { type: "boolean", short: "q", default: false },
        keep: { type: "boolean", default: false },
      },
    });
    const [file, ...more] = positionals;
    if (file === undefined) throw new UsageError("Cannot run: no flow given");
    if (more.length > 0) {
      throw new UsageError(`Cannot run "${more[0]}" as well: one flow at a time`);
    }
    const given = await givenInputs(io, values.inputs, values.input);
    const { plan, host } = await prepare(io, questionOf(values, [file]));
    const [flowPlan] = plan.flows;
    if (flowPlan === undefined) throw new UsageError("Cannot run: no flow given");
    io.err(
      renderDiagnostics(
        [...plan.policy.warnings, ...flowPlan.diagnostics],
        io.texts,
        makeStyle(io.colour.err),
      ),
    );
    const refused = refusalCode(plan);
    if (refused !== ExitCode.ok) {
      io.err(`nothing was run: ${flowPlan.flow.namespace}/${flowPlan.flow.id} is refused\n`);
      return refused;
    }
    const inputs = resolveInputs(flowPlan.flow, given);
    const { runtime, childCode } = host;
    if (!runtime.found) throw new StageError([runtime.problem], "host");
    if (!childCode.found) throw new StageError([childCode.problem], "host");
    await proveLayers(io, host);
    await makeOwnDirectory(host.workspaceRoot, "workspace");
    tellCleared(io, await clearLeftOvers(host.workspaceRoot));
    const { state, timedOut } = await runFlow({
      plan: flowPlan,
      policy: plan.policy.digest,
      inputs,
      env: (name) => io.env[name],
      workspaceRoot: host.workspaceRoot,
      keep: values.keep,
      renderChild: harnessChild(runtime.value, childCode.value, host, {
        program: "builtIn",
        read: [],
      }),
      kernel: host.kernel,
      signal: io.signal,
      now: () => new Date(),
      emit: values.json ? (event) => io.out(`${safeJson(event)}\n`) : told(io, values.quiet),
    });
    if (values.keep) io.err(`workspaces are kept below ${host.workspaceRoot}\n`);
    switch (state) {
      case "SUCCESS":
      case "WARNING":
        return ExitCode.ok;
      case "KILLED":
        return io.signal.reason === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
      default:
        return timedOut ? ExitCode.timedOut : ExitCode.failed;
    }
  },
};

/** In one line, and only if there was something. */
function tellCleared(
  io: Io,
  { executions, processes, containers, failures }: Awaited<ReturnType<typeof clearLeftOvers>>,
): void {
  if (executions > 0) {
    io.err(
      `cleared what a killed harness had left: executions ${executions}, processes ${processes}, containers ${containers}\n`,
    );
  }
  for (const it of failures) {
    io.err(`warning[host/left-over]: Cannot clear what a killed harness has left in ${it}\n`);
  }
}

function told(io: Io, quiet: boolean): (event: Event) => void {
  const tell = runText(io.texts, makeStyle(io.colour.out));
  return (event) => {
    const text = tell(event);
    if (!quiet || ["task.denied", "task.limited", "execution.finished"].includes(event.type)) {
      io.out(text);
    }
  };
}

/** `--inputs FILE` first, `-i` over it. */
async function givenInputs(
  io: Io,
  file: string | undefined,
  pairs: readonly string[],
): Promise<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  if (file !== undefined) {
    const root = parseYaml(await readText(io, file, "flow"), file);
    if (root?.kind !== "map") {
      throw new UsageError(`Cannot use inputs of "${file}": expected a map of names and values`);
    }
    Object.assign(given, toPlain(root));
  }
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError(`Cannot use input "${pair}": expected name=value`);
    given[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return given;
}
