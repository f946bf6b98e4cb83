import { type Event, StageError, type State } from "../model/mod.ts";
import type { CommandIo } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { parseCommandLine } from "./parse_command_line.ts";
import { run } from "./run.ts";
import { RUN } from "./tables/run.ts";

/** A run that was watched. */
export interface WatchedRun {
  /** Of the command `run`. */
  readonly code: number;
  /** Of the execution; absent where none was begun. */
  readonly state?: State;
  readonly events: readonly Event[];
}

/** Events that say what tasks asked for; of the others there may be millions. */
const TELLING = ["task.accessed", "task.denied", "task.finished", "execution.finished"];

/**
 * Runs a flow as `run --json --accesses` does, and keeps what its tasks asked for.
 *
 * @param argv Of `run`, without those two.
 */
export async function watchRun(io: CommandIo, argv: readonly string[]): Promise<WatchedRun> {
  const events: Event[] = [];
  let rest = "";
  const take = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const event: Event = JSON.parse(line);
      if (TELLING.includes(event.type)) events.push(event);
    }
  };
  const args = parseCommandLine("run", RUN, [...argv, "--json", "--accesses", "--quiet"]);
  const { prompt: _, ...own } = io;
  const code = await run(args, { ...own, out: take });
  const last = events.findLast((it) => it.type === "execution.finished");
  if (last === undefined && code === ExitCode.ok) {
    throw new StageError([{
      code: "run/harness",
      severity: "error",
      message: "Cannot learn: the run has said nothing",
    }], "host");
  }
  return { code, ...(last && { state: last.state }), events };
}
