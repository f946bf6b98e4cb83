import { resolve } from "node:path";
import { cannotWrite } from "../host/mod.ts";
import type { FlowPlan, Journal, State } from "../model/mod.ts";
import { openExecutions } from "../state/mod.ts";
import type { CommandIo } from "./command.ts";
import type { Args } from "./command_table.ts";
import type { Resumed } from "./find_resumed.ts";
import { isNoPlace, stateDirectory } from "./state_directory.ts";
import type { RUN } from "./tables/run.ts";

type RunValues = Args<typeof RUN>["values"];

/** What is kept of one run while it lasts. Disposing of it without `end()` leaves what a crash does. */
export interface RunState extends Disposable {
  /** Absent where there is no place to keep one. */
  readonly journal?: Journal;
  /** Fires when a person asks to stop, or when the journal cannot be written any more. */
  readonly signal: AbortSignal;
  /**
   * The execution has ended.
   *
   * @throws {StageError} When something of it could not be written.
   */
  end(state: State): void;
}

/** What an execution is begun with. */
export interface Beginning {
  readonly execution: string;
  readonly plan: FlowPlan;
  readonly policy: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Where it was begun before. */
  readonly resumed: Resumed | undefined;
}

/**
 * Opens the journal of an execution, and forgets executions that nobody has resumed.
 *
 * Where there is no place to keep one, or no room to begin one, the run goes on without, and a note says
 * why; not so where one was asked for by `--resume`. What is begun is kept, or the run stops.
 *
 * @throws {StageError} When a resumed one cannot be written.
 */
export async function openState(
  io: CommandIo,
  values: RunValues,
  beginning: Beginning,
): Promise<RunState> {
  const broken = new AbortController();
  const signal = AbortSignal.any([io.signal, broken.signal]);
  let journal: Journal;
  try {
    journal = await openJournal(io, values, beginning, () => broken.abort("state"));
  } catch (error) {
    if (values.resume !== undefined || !isNoPlace(error)) throw error;
    io.log.note("host/no-journal", `this execution cannot be resumed: ${error.message}`);
    return { signal, end: () => {}, [Symbol.dispose]: () => {} };
  }
  let ended = false;
  const tell = () =>
    io.log.note(
      "run/resumable",
      `what is done is kept: go on with --resume ${beginning.execution}`,
    );
  return {
    journal,
    signal,
    end(state) {
      ended = true;
      journal.close(state);
      if (state === "FAILED" || state === "KILLED") tell();
    },
    [Symbol.dispose]() {
      journal[Symbol.dispose]();
      if (!ended) tell();
    },
  };
}

async function openJournal(
  io: CommandIo,
  values: RunValues,
  { execution, plan, policy, inputs, resumed }: Beginning,
  onBroken: () => void,
): Promise<Journal> {
  const needs = {
    keep: values.keep,
    now: () => new Date(),
    cannotWrite: (path: string, cause: unknown) => cannotWrite(path, cause, "state"),
    onBroken,
  };
  if (resumed !== undefined) return resumed.held.resume(needs);
  const { flow } = plan;
  const executions = openExecutions(await stateDirectory(io));
  executions.clear(needs.now());
  const fromDisk = values.bundle === undefined && flow.file !== "-";
  return executions.begin({
    execution,
    namespace: flow.namespace,
    flowId: flow.id,
    inputs,
    labels: flow.labels,
    startDate: needs.now().toISOString(),
    ...(fromDisk && { file: resolve(flow.file) }),
    policy,
  }, needs);
}
