import project from "../../deno.json" with { type: "json" };
import { nearest } from "../source/nearest.ts";
import type { Command, Io } from "./command.ts";
import { ExitCode } from "./exit_code.ts";

/** A command that is loaded when it is called: what nobody asks for costs no start-up time. */
interface Loadable {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of the help. */
const COMMANDS: readonly Loadable[] = [
  {
    name: "run",
    summary: "Run a flow, every task isolated as the policies say",
    load: async () => (await import("./run.ts")).run,
  },
  {
    name: "plan",
    summary: "Show for every task what would run, and which line of which policy says so",
    load: async () => (await import("./plan.ts")).plan,
  },
  {
    name: "doctor",
    summary: "Say what this machine offers, and prove every layer by probes and controls",
    load: async () => (await import("./doctor.ts")).doctor,
  },
];

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
    const loaded = await command.load();
    if (rest.includes("--help") || rest.includes("-h")) {
      io.out(`${command.summary}.\n\n${loaded.usage}`);
      return ExitCode.ok;
    }
    const { runCommand } = await import("./command.ts");
    return await runCommand(loaded, rest, io);
  } catch (error) {
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
