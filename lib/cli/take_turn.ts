import type { Event, Flow, State } from "../model/mod.ts";
import { takeSlot } from "../state/mod.ts";
import type { CommandIo } from "./command.ts";
import { needStateDirectory } from "./state_directory.ts";

/** Whether an execution may begin now. */
export type Turn =
  | { readonly is: "now"; readonly held: Disposable }
  /** It ends in this state, and none of its tasks runs. */
  | { readonly is: "ended"; readonly state: State };

/**
 * Holds an execution to its flow's `concurrency`: it begins, waits for its turn, or ends at once.
 *
 * @param emit Is told how an execution ends that does not begin.
 * @throws {StageError} Where there is no place to count executions in: more of them than the flow
 * allows are never run.
 */
export async function takeTurn(
  io: CommandIo,
  { namespace, id, concurrency }: Flow,
  execution: string,
  emit: (event: Event) => void,
): Promise<Turn> {
  if (concurrency === undefined) return { is: "now", held: { [Symbol.dispose]: () => {} } };
  const { limit, behavior } = concurrency;
  const flow = `${namespace}/${id}`;
  const running = limit === 1 ? "1 execution" : `${limit} executions`;
  const root = await needStateDirectory(io, `keep to the concurrency of ${flow}`);
  const slot = await takeSlot(root, { namespace, id }, concurrency, io.signal, () => {
    io.log.note("run/queued", `${flow} waits: its concurrency is ${running}`);
  });
  if (slot.is === "taken") return { is: "now", held: slot.held };
  const state = slot.is === "stopped" ? "KILLED" : behavior === "CANCEL" ? "CANCELLED" : "FAILED";
  emit({
    v: 1,
    at: new Date().toISOString(),
    execution,
    flow,
    type: "execution.finished",
    state,
    ...(slot.is === "none" && {
      error: `Cannot run ${flow} now: its concurrency is ${running}, and so many are running`,
    }),
    elapsedMs: 0,
  });
  return { is: "ended", state };
}
