import { CommandBuilder } from "@david/dax";
import type { Ending } from "../model/mod.ts";
import { type Line, splitLines } from "./split_lines.ts";

/** A container to run: the finished argv of the engine's client. */
export interface ContainerRun {
  readonly argv: readonly string[];
  /** The container's name, to find it again. */
  readonly name: string;
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
 * client: a killed client leaves its container running.
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
  const pump = async (from: "stdout" | "stderr", stream: ReadableStream<Uint8Array>) => {
    for await (const line of splitLines(stream)) run.onLine(from, line);
  };
  try {
    const reading = [pump("stdout", child.stdout()), pump("stderr", child.stderr())];
    const { code } = await child;
    await Promise.allSettled(reading);
    await removal;
    return cut ?? { kind: "exited", code };
  } finally {
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
  { clientEnv, engine }: ContainerRun,
  command: [string, ...string[]],
): CommandBuilder {
  return new CommandBuilder().command(command).noThrow().clearEnv().stdin("null")
    .env({ PATH: "/usr/local/bin:/usr/bin:/bin", ...clientEnv, DOCKER_HOST: engine });
}
