import type { Io } from "./command.ts";
import { makeLog } from "./log.ts";
import { logFormatOf } from "./log_format.ts";

/** Says in one line what went wrong on our own account; `BULKHEAD_DEBUG` adds where. */
export function tellHarnessError(thrown: unknown, argv: readonly string[], io: Io): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const log = makeLog(io, { format: logFormatOf(argv), quiet: false });
  log.tell([{
    code: "run/harness",
    severity: "error",
    message: `Cannot go on: ${error.name}: ${error.message.split("\n")[0]}`,
  }]);
  if (io.env.BULKHEAD_DEBUG) log.note("run/stack", String(error.stack));
}
