import { nearest } from "../source/nearest.ts";
import type { Io } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { ExitCode } from "./exit_code.ts";
import { logFormatOf } from "./log_format.ts";

/**
 * Finds a command by its name and calls it, or shows its help.
 *
 * @param name First word of the command line; without one the overview goes to stderr.
 * @param rest The words behind it.
 * @returns The exit code.
 */
export async function callCommand(
  name: string | undefined,
  rest: readonly string[],
  io: Io,
): Promise<number> {
  if (name === "help" && rest[0] !== undefined) return await callCommand(rest[0], ["--help"], io);
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const { overviewText } = await import("./help_text.ts");
    (name === undefined ? io.err : io.out)(overviewText(COMMANDS));
    return name === undefined ? ExitCode.usage : ExitCode.ok;
  }
  const command = COMMANDS.find((it) => it.name === name);
  if (command === undefined) {
    const near = nearest(name, COMMANDS.map((it) => it.name));
    const { makeLog } = await import("./log.ts");
    makeLog(io, { format: logFormatOf(rest), quiet: false }).tell([{
      code: "usage/unknown-command",
      severity: "error",
      message: `Cannot run "${name}": there is no such command`,
      help: near === undefined ? "bulkhead --help" : `Did you mean "${near}"?`,
    }]);
    return ExitCode.usage;
  }
  const table = await command.table();
  if (asksForHelp(rest)) {
    const { helpText } = await import("./help_text.ts");
    io.out(helpText(command, table));
    return ExitCode.ok;
  }
  const { runCommand } = await import("./command.ts");
  return await runCommand(command, table, rest, io);
}

function asksForHelp(rest: readonly string[]): boolean {
  const end = rest.indexOf("--");
  return (end < 0 ? rest : rest.slice(0, end)).some((it) => it === "--help" || it === "-h");
}
