import project from "../../deno.json" with { type: "json" };
import { StageError } from "../model/mod.ts";
import { nearest } from "../source/nearest.ts";
import { type Command, ExitCode, type Io, runCommand } from "./command.ts";
import { plan } from "./plan.ts";
import { run } from "./run.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [run, plan];

/**
 * From argv to an exit code.
 *
 * What goes wrong on our own account is said in one line, with code 125: nothing is known then
 * about what ran.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === "--version" || name === "-V") {
    io.out(`bulkhead ${project.version}\n`);
    return ExitCode.ok;
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    (name === undefined ? io.err : io.out)(help());
    return name === undefined ? ExitCode.usage : ExitCode.ok;
  }
  const command = COMMANDS.find((it) => it.name === name);
  if (command === undefined) {
    const near = nearest(name, COMMANDS.map((it) => it.name));
    io.err(
      `error[usage/unknown-command]: Cannot run "${name}": there is no such command\n` +
        `  help: ${near === undefined ? "bulkhead --help" : `Did you mean "${near}"?`}\n`,
    );
    return ExitCode.usage;
  }
  try {
    return await runCommand(command, rest, io);
  } catch (error) {
    if (error instanceof StageError) throw error;
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    io.err(`error[run/harness]: Cannot go on: ${name}: ${message.split("\n")[0]}\n`);
    if (io.env.BULKHEAD_DEBUG) io.err(`${(error as Error).stack}\n`);
    return ExitCode.host;
  }
}

function help(): string {
  const list = COMMANDS.map((it) => `  ${it.name.padEnd(8)} ${it.summary}\n`).join("");
  return `bulkhead runs workflow tasks under worker-isolation policies.

Usage: bulkhead COMMAND [options]

${list}
  bulkhead COMMAND --help   its options, with examples
  bulkhead --version
`;
}
