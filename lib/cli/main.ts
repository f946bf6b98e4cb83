import type { Io } from "./command.ts";
import { ExitCode } from "./exit_code.ts";

/**
 * From argv to an exit code.
 *
 * What goes wrong on our own account is said in one line, with code 125: nothing is known then
 * about what ran.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === "--version" || name === "-V") {
    return await (await import("./version.ts")).version(rest, io);
  }
  try {
    const { callCommand } = await import("./call_command.ts");
    return await callCommand(name, rest, io);
  } catch (error) {
    const { tellHarnessError } = await import("./tell_harness_error.ts");
    tellHarnessError(error, argv, io);
    return ExitCode.host;
  }
}
