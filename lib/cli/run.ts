import {
  asksForLogs,
  clearLeftOvers,
  type FlowOutcome,
  randomId,
  resumeKey,
  runFlow,
} from "../execute/mod.ts";
import { makeOwnDirectory } from "../host/mod.ts";
import { type FlowPlan, StageError } from "../model/mod.ts";
import { harnessChild } from "../plan/mod.ts";
import { ask } from "./ask.ts";
import { type CommandIo, defineCommand, UsageError } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { findResumed } from "./find_resumed.ts";
import { begunInputs, flowInputs } from "./flow_inputs.ts";
import { readGivenInputs } from "./given_inputs.ts";
import { openState } from "./open_state.ts";
import { refusalCode } from "./plan.ts";
import { keptStore } from "./kept_store.ts";
import { loadFixtures } from "./load_fixtures.ts";
import { prepare } from "./prepare.ts";
import { checkPauses, mayAsk, resumerOf } from "./resumer.ts";
import { flowMeans } from "./flow_means.ts";
import { proveLayers } from "./prove_layers.ts";
import { takeTurn } from "./take_turn.ts";
import { RUN } from "./tables/run.ts";
import { tellRun } from "./tell_run.ts";

/** `run`: a flow under policies, to its end. */
export const run = defineCommand(RUN, async ({ positionals, values }, io) => {
  const [file, ...more] = positionals;
  if (file === undefined && values.bundle === undefined && values.resume === undefined) {
    throw new UsageError("Cannot run: no flow given");
  }
  if (more.length > 0) {
    throw new UsageError(`Cannot run "${more[0]}" as well: one flow at a time`);
  }
  if (values.accesses && !values.json) {
    throw new UsageError("Cannot record accesses: --accesses goes with --json");
  }
  using resumed = await findResumed(io, values, positionals);
  const fixtures = await loadFixtures(io, values.mock);
  const written = await readGivenInputs(io, values.inputs, values.input);
  const given = { ...written, typed: { ...fixtures.inputs, ...written.typed } };
  const asked = await ask(io, values, resumed?.flows ?? positionals, {
    unnamed: "the only one",
    remember: true,
  });
  const { plan, host, subflows } = await prepare(asked.io, {
    ...asked.question,
    mocks: fixtures.tasks,
  });
  const [flowPlan] = plan.flows;
  if (flowPlan === undefined) throw new UsageError("Cannot run: no flow given");
  io.log.tell([...plan.policy.warnings, ...plan.flows.flatMap((it) => it.diagnostics)]);
  const refused = refusalCode(plan);
  if (refused !== ExitCode.ok) {
    const { namespace, id } = flowPlan.flow;
    io.log.note("run/refused", `nothing was run: ${namespace}/${id} is refused`);
    return refused;
  }
  const pauses = { yes: values.yes, onResume: values["on-resume"] };
  // What goes to programs is for programs to give.
  const asks = !values.quiet && !values.json && values["log-format"] !== "json";
  const resumer = resumerOf(pauses, asks ? io.prompt : undefined);
  checkPauses(plan.flows, resumer, pauses);
  resumed?.check(flowPlan);
  const execution = resumed?.held.begun.execution ?? randomId();
  const inputs = resumed === undefined
    ? await flowInputs(io, given, {
      plan: flowPlan,
      host,
      execution,
      asks,
    })
    : begunInputs(flowPlan.flow.inputs, resumed.held.begun.inputs);
  const { runtime, childCode } = host;
  if (!runtime.found) throw new StageError([runtime.problem], "host");
  if (!childCode.found) throw new StageError([childCode.problem], "host");
  await proveLayers(io, host);
  await makeOwnDirectory(host.workspaceRoot, "workspace");
  tellCleared(io, await clearLeftOvers(host.workspaceRoot, resumesOf(flowPlan)));
  await using told = await tellRun(
    io,
    { ...values, asks: mayAsk(plan.flows, resumer) },
    plan.flows,
  );
  const turn = await takeTurn(io, flowPlan.flow, execution, told.emit);
  if (turn.is === "ended") return codeOf(io, { state: turn.state, timedOut: false });
  using _turn = turn.held;
  using kept = await openState(io, values, {
    execution,
    plan: flowPlan,
    policy: plan.policy.digest,
    inputs: inputs.values,
    resumed,
  });
  const { journal } = kept;
  await using store = keptStore(io);
  // Lines of the log are most of what is told, and no resumed execution goes by them otherwise.
  const keepsLogs = values.keep || asksForLogs(flowPlan);
  const outcome = await runFlow({
    ...flowMeans(io),
    ...(resumer && { resumer }),
    store: store.open,
    plan: flowPlan,
    subflows,
    givenFiles: fixtures.files,
    ...(fixtures.trigger && { trigger: fixtures.trigger.variables }),
    policy: plan.policy.digest,
    execution,
    inputs: inputs.values,
    inputFiles: inputs.files,
    hidden: inputs.hidden,
    env: (name) => io.env[name],
    workspaceRoot: host.workspaceRoot,
    keep: values.keep,
    ...(host.namespaceFiles !== undefined && { namespaceFiles: host.namespaceFiles }),
    prestart: !values["no-prestart"],
    concurrency: concurrencyOf(values.concurrency),
    renderChild: harnessChild(runtime.value, childCode.value, host, {
      program: "builtIn",
      read: [],
    }),
    kernel: host.kernel,
    watches: values.accesses,
    textOf: (path) => io.texts.get(path),
    ...(journal && { journal }),
    signal: kept.signal,
    now: () => new Date(),
    emit(event) {
      if (keepsLogs || event.type !== "task.log") journal?.event(event);
      told.emit(event);
    },
  });
  await told[Symbol.asyncDispose]();
  kept.end(outcome.state);
  if (values.keep) {
    io.log.note(
      "run/kept",
      journal === undefined
        ? `workspaces and stored files are kept below ${host.workspaceRoot}`
        : `workspaces are kept below ${host.workspaceRoot}, stored files in ${journal.filesDirectory}`,
    );
  }
  return codeOf(io, outcome);
});

/** The exit code of a run. */
function codeOf(
  io: CommandIo,
  { state, timedOut }: Pick<FlowOutcome, "state" | "timedOut">,
): number {
  switch (state) {
    case "SUCCESS":
    case "WARNING":
      return ExitCode.ok;
    case "KILLED":
      return io.signal.reason === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
    default:
      return timedOut ? ExitCode.timedOut : ExitCode.failed;
  }
}

/** The tasks that take up again what a killed harness has left of them. */
function resumesOf({ flow, tasks }: FlowPlan): ReadonlySet<string> {
  return new Set(
    tasks.filter(({ program }) => program?.kind === "container" && program.resume)
      .map(({ task }) => resumeKey(flow.namespace, flow.id, task.id)),
  );
}

/** In one line, and only if there was something. */
function tellCleared(
  io: CommandIo,
  { executions, processes, containers, failures }: Awaited<ReturnType<typeof clearLeftOvers>>,
): void {
  if (executions > 0) {
    io.log.note(
      "host/cleared",
      `cleared what a killed harness had left: executions ${executions}, processes ${processes}, containers ${containers}`,
    );
  }
  io.log.tell(failures.map((it) => ({
    code: "host/left-over",
    severity: "warning",
    message: `Cannot clear what a killed harness has left in ${it}`,
  })));
}

/** How many task runs go on at a time; as many as there are processors where nothing is said. */
function concurrencyOf(given: string | undefined): number {
  if (given === undefined) return navigator.hardwareConcurrency;
  if (!/^[1-9]\d{0,3}$/.test(given)) {
    throw new UsageError(`Cannot use --concurrency "${given}": expected a number from 1 to 9999`);
  }
  return Number(given);
}
