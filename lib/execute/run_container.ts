import { CommandBuilder } from "@david/dax";
import type { Ending, LimitName } from "../model/mod.ts";
import { MARK } from "./proc.ts";
import { meterOf, readOutput } from "./read_output.ts";
import type { Line } from "./split_lines.ts";
import { watchTreeSize } from "./watch_tree_size.ts";

/** A container to run: the finished argv of the engine's client. */
export interface ContainerRun {
  readonly argv: readonly string[];
  /** The container's name, to find it again. */
  readonly name: string;
  /** By which the client is known to the next harness, if this one dies. */
  readonly mark: string;
  readonly workspace: string;
  /** Limits that the engine does not know. */
  readonly workspaceBytes?: number;
  readonly outputBytes?: number;
  /** Where the engine answers: `unix:///…`. */
  readonly engine: string;
  /** What the client itself may see: HOME and DOCKER_CONFIG, for registries. */
  readonly clientEnv: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  readonly onLine: (from: "stdout" | "stderr", line: Line) => void;
}

/**
 * Runs one container to its end, through the engine's own client.
 *
 * At the deadline, and when `signal` fires, the container itself is removed, not only the
 * client: a killed client leaves its container running. The same where it says more, or writes more
 * into its workspace, than it may.
 */
export async function runContainer(run: ContainerRun): Promise<Ending> {
  if (run.signal.aborted) return { kind: "interrupted" };
  const [client, ...args] = run.argv;
  const child = clientCommand(run, [client!, ...args]).stdout("piped").stderr("piped").spawn();
  let cut: Ending | undefined;
  let removal: Promise<void> | undefined;
  const stop = (ending: Ending) => {
    cut ??= ending;
    removal ??= removeContainer(run, client!, () => child.kill("SIGKILL"));
  };
  const interrupt = () => stop({ kind: "interrupted" });
  run.signal.addEventListener("abort", interrupt);
  const { timeoutMs } = run;
  const timer = timeoutMs === undefined
    ? undefined
    : setTimeout(() => stop({ kind: "timed-out", afterMs: timeoutMs }), timeoutMs);
  const over = (limit: LimitName, value: number) => stop({ kind: "limited", limit, value });
  const { workspaceBytes } = run;
  const meter = meterOf(run.outputBytes, (most) => over("output", most));
  const watch = workspaceBytes === undefined
    ? undefined
    : watchTreeSize(run.workspace, workspaceBytes, () => over("workspace", workspaceBytes));
  try {
    const reading = [
      readOutput(child.stdout(), meter, (it) => run.onLine("stdout", it)),
      readOutput(child.stderr(), meter, (it) => run.onLine("stderr", it)),
    ];
    const { code } = await child;
    await Promise.all(reading.map((it) => it.done));
    await watch?.stop();
    await removal;
    return cut ?? { kind: "exited", code };
  } finally {
    await watch?.stop();
    clearTimeout(timer);
    run.signal.removeEventListener("abort", interrupt);
  }
}

/**
 * Removes the container, also one that the engine is only about to make.
 *
 * The client may be between asking for the container and having it; so the engine is asked
 * until it says twice that there is none.
 */
async function removeContainer(
  run: ContainerRun,
  client: string,
  killClient: () => void,
): Promise<void> {
  for (let attempt = 0, absent = 0; attempt < 50 && absent < 2; attempt++) {
    const { code, stderr } = await clientCommand(run, [client, "rm", "--force", run.name])
      .stdout("null").stderr("piped");
    if (attempt === 0) killClient();
    if (code !== 0 || /no such container/i.test(stderr)) absent++;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** An argument array all the way: dax joins nothing into a shell's string. */
function clientCommand(
  { clientEnv, engine, mark }: ContainerRun,
  command: [string, ...string[]],
): CommandBuilder {
  return new CommandBuilder().command(command).noThrow().clearEnv().stdin("null")
    .env({ PATH: "/usr/local/bin:/usr/bin:/bin", ...clientEnv, DOCKER_HOST: engine, [MARK]: mark });
}
