import type { Ending, EngineKind } from "../../model/mod.ts";
import type { Line } from "../split_lines.ts";
import { runAtOnce } from "./client_containers.ts";
import { engineClientCalls } from "./engine_client_calls.ts";
import { followContainer } from "./follow_container.ts";

/** A container to run whose command line is finished. */
export interface ContainerRun {
  /** The engine's client, and `run …`. */
  readonly argv: readonly string[];
  readonly kind: EngineKind;
  /** The container's name, to find it again. */
  readonly name: string;
  /** By which the client is known to the next harness, if this one dies. */
  readonly mark: string;
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
  const [client, ...args] = run.argv;
  const calls = await engineClientCalls({
    client: client!,
    kind: run.kind,
    host: run.engine,
    env: run.clientEnv,
    mark: run.mark,
  });
  return await followContainer(
    runAtOnce({ calls, name: run.name, args }),
    async (container, output) => ({ kind: "exited", code: await container.run(output) }),
    {
      ...(run.timeoutMs !== undefined && { timeoutMs: run.timeoutMs }),
      signal: run.signal,
      killGraceMs: 0,
    },
    { onLine: run.onLine, onWarning: (text) => run.onLine("stderr", { kind: "text", text }) },
  );
}
