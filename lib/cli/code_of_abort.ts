import type { Io } from "./command.ts";
import { ExitCode } from "./exit_code.ts";

/** The exit code of what was asked to stop; `undefined` where nobody has. */
export function codeOfAbort({ signal }: Pick<Io, "signal">): number | undefined {
  if (!signal.aborted) return undefined;
  if (signal.reason === "SIGPIPE") return ExitCode.closedPipe;
  return signal.reason === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
}
