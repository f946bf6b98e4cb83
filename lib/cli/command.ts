import { StageError } from "../model/mod.ts";
import { makeStyle, printable, renderDiagnostics } from "../report/mod.ts";
import { ExitCode } from "./exit_code.ts";

/** What a command may touch. Tests give their own; `main.ts` gives the real ones. */
export interface Io {
  /** The bytes of a file; `-` is standard input. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** The names in a directory, or `undefined` when the path is none. */
  readonly listDirectory: (path: string) => Promise<readonly string[] | undefined>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The answer: what a pipe should receive. */
  readonly out: (text: string) => void;
  /** Everything said about the answer. */
  readonly err: (text: string) => void;
  /** Whether stdout and stderr are terminals that want colours. */
  readonly colour: { readonly out: boolean; readonly err: boolean };
  /** Fires when the person asks to stop. */
  readonly signal: AbortSignal;
  /** The texts of files that were read, for code frames. */
  readonly texts: Map<string, string>;
}

/** One command: data and one function. It never exits. */
export interface Command {
  readonly name: string;
  /** The text of `--help`, without the summary. */
  readonly usage: string;
  readonly run: (argv: readonly string[], io: Io) => Promise<number>;
}

const FAULTS = {
  usage: ExitCode.usage,
  input: ExitCode.unreadable,
  refused: ExitCode.refused,
  host: ExitCode.host,
} as const;

/** The command line itself was wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Runs a command and turns whatever it throws into text and an exit code. */
export async function runCommand(
  command: Command,
  argv: readonly string[],
  io: Io,
): Promise<number> {
  try {
    return await command.run(argv, io);
  } catch (error) {
    if (error instanceof StageError) {
      io.err(renderDiagnostics(error.diagnostics, io.texts, makeStyle(io.colour.err)));
      return FAULTS[error.fault];
    }
    if (error instanceof UsageError || isParseArgsError(error)) {
      io.err(
        `error[usage/${command.name}]: ${printable(complaintOf(error))}\n` +
          `  help: bulkhead ${command.name} --help\n`,
      );
      return ExitCode.usage;
    }
    throw error;
  }
}

/** The first sentence of what `node:util` says of a command line, in our form. */
function complaintOf(error: Error): string {
  if (error instanceof UsageError) return error.message;
  const sentence = error.message.split(/\n|\. /)[0]!;
  return `Cannot use the command line: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

function isParseArgsError(error: unknown): error is Error {
  return error instanceof TypeError && "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS");
}
