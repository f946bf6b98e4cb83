import { StageError } from "../model/mod.ts";
import type { Args, CommandTable } from "./command_table.ts";
import type { CommandEntry } from "./commands.ts";
import { ExitCode } from "./exit_code.ts";
import { type Log, makeLog } from "./log.ts";
import { logFormatOf } from "./log_format.ts";
import type { Prompt } from "./prompt.ts";
import { parseCommandLine } from "./parse_command_line.ts";
import { UsageError } from "./usage_error.ts";

export { UsageError };

/** What a command may touch. Tests give their own; `main.ts` gives the real ones. */
export interface Io {
  /** The bytes of a file; `-` is standard input. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** The names in a directory, or `undefined` when the path is none. */
  readonly listDirectory: (path: string) => Promise<readonly string[] | undefined>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The answer: what a pipe should receive. */
  readonly out: (text: string) => void;
  /** Everything said about the answer, as it is; commands say it by `log`. */
  readonly err: (text: string) => void;
  /** Whether stdout and stderr are terminals that want colours. */
  readonly colour: { readonly out: boolean; readonly err: boolean };
  /** Asks whoever sits at the terminal; absent where nobody does. */
  readonly prompt?: () => Promise<Prompt>;
  /** Fires when the person asks to stop. */
  readonly signal: AbortSignal;
  /** The texts of files that were read, for code frames. */
  readonly texts: Map<string, string>;
}

/** The same for a command whose line was read: what it says goes the way that was asked for. */
export interface CommandIo extends Io {
  readonly log: Log;
}

/** What a command does with its command line. It never exits. */
export type Command = (args: Args, io: CommandIo) => Promise<number>;

/**
 * Makes a command of a function that takes what the table's options come to.
 *
 * @param _table Gives the types; the command line is read before the function is called.
 */
export function defineCommand<T extends CommandTable>(
  _table: T,
  run: (args: Args<T>, io: CommandIo) => Promise<number>,
): Command {
  return run as Command;
}

const FAULTS = {
  usage: ExitCode.usage,
  input: ExitCode.unreadable,
  refused: ExitCode.refused,
  host: ExitCode.host,
} as const;

/** Runs a command and turns whatever it throws into text and an exit code. */
export async function runCommand(
  { name, load }: Pick<CommandEntry, "name" | "load">,
  table: CommandTable,
  argv: readonly string[],
  io: Io,
): Promise<number> {
  const format = logFormatOf(argv);
  try {
    const args = parseCommandLine(name, table, argv);
    const log = makeLog(io, { format, quiet: args.values.quiet === true });
    const command = await load();
    return await command(args, { ...io, log });
  } catch (error) {
    const { tell } = makeLog(io, { format, quiet: false });
    if (error instanceof StageError) {
      tell(error.diagnostics);
      return FAULTS[error.fault];
    }
    if (error instanceof UsageError) {
      const { message, help = `bulkhead ${name} --help` } = error;
      tell([{ code: `usage/${name}`, severity: "error", message, help }]);
      return ExitCode.usage;
    }
    throw error;
  }
}
