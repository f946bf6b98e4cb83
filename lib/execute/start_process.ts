import type { ProcessCommand } from "../kernel/mod.ts";
import type { Ending, LimitName, LimitValues } from "../model/mod.ts";
import type { Start } from "./launcher.ts";
import { meterOf, readOutput, settled } from "./read_output.ts";
import type { Line } from "./split_lines.ts";
import type { SupervisedProcess } from "./supervise.ts";
import { watchTreeSize } from "./watch_tree_size.ts";

/** A process to start. */
export interface ProcessStart extends Omit<ProcessCommand, "session"> {
  /** How: from this thread, or from one that the kernel confines. */
  readonly spawn: Start;
  /** Handed over on standard input, which is then closed. */
  readonly stdin: string;
  /** By which all it starts is known; nobody may guess it. */
  readonly mark: string;
  readonly limits: LimitValues;
  /** The directory that the limit of the workspace is about; none is measured without it. */
  readonly workspace?: string;
  readonly timeoutMs?: number;
  /** Ends the process when it fires. */
  readonly signal: AbortSignal;
  readonly onLine: (from: "stdout" | "stderr", line: Line) => void;
}

/** How a process ended, and which limits it ran into on the way. */
export interface ProcessOutcome {
  readonly ending: Ending;
  readonly hits: readonly LimitName[];
}

/**
 * Runs one process to its end, and all that it starts.
 *
 * Never rejects because of what the process did. The environment starts empty. When it ends, at the
 * deadline, and when it goes over a limit, whatever it has started is ended, before this returns.
 */
export async function startProcess(start: ProcessStart): Promise<ProcessOutcome> {
  const aborted = () => start.signal.aborted;
  if (aborted()) return { ending: { kind: "interrupted" }, hits: [] };
  const { argv, env, cwd, mark, limits, timeoutMs } = start;
  let child: SupervisedProcess;
  try {
    child = await start.spawn({ argv, env, cwd }, { mark, limits });
  } catch (cause) {
    return { ending: { kind: "not-started", reason: (cause as Error).message }, hits: [] };
  }
  let cut: Ending | undefined;
  let ended = false;
  const stop = (ending: Ending) => {
    cut ??= ending;
    if (!ended) child.kill();
  };
  const interrupt = () => stop({ kind: "interrupted" });
  start.signal.addEventListener("abort", interrupt);
  if (aborted()) interrupt(); // while the process was being started
  const timer = timeoutMs === undefined
    ? undefined
    : setTimeout(() => stop({ kind: "timed-out", afterMs: timeoutMs }), timeoutMs);
  const over = (limit: LimitName, value: number) => stop({ kind: "limited", limit, value });
  const { outputBytes, workspaceBytes } = limits;
  const meter = meterOf(outputBytes, (most) => over("output", most));
  const watch = workspaceBytes === undefined || start.workspace === undefined
    ? undefined
    : watchTreeSize(start.workspace, workspaceBytes, () => over("workspace", workspaceBytes));
  const reading = [
    readOutput(child.stdout, meter, (it) => start.onLine("stdout", it)),
    readOutput(child.stderr, meter, (it) => start.onLine("stderr", it)),
  ];
  const fed = feed(child.stdin, start.stdin);
  try {
    const status = await child.status;
    ended = true;
    // Ctrl-C reaches a child of the harness's session before the harness has heard of it.
    if (status.signal === "SIGINT" && !aborted()) await new Promise((it) => setTimeout(it, 50));
    if (aborted()) interrupt();
    clearTimeout(timer);
    const { hits, left } = await child.end();
    await settled(reading);
    await watch?.stop();
    if (left === 0) await fed; // nobody is left who could keep it open
    else {
      const text = `${left} processes of this task do not end although they were killed`;
      start.onLine("stderr", { kind: "text", text });
    }
    return { ending: cut ?? endingOf(status, limits, hits), hits };
  } finally {
    clearTimeout(timer);
    start.signal.removeEventListener("abort", interrupt);
  }
}

/** What it died of, when that was a limit that the kernel watches. */
function endingOf(
  { code, signal }: { readonly code: number; readonly signal: string | null },
  { memoryBytes, workspaceBytes }: LimitValues,
  hits: readonly LimitName[],
): Ending {
  if (signal === null) return { kind: "exited", code };
  if (signal === "SIGXFSZ" && workspaceBytes !== undefined) {
    return { kind: "limited", limit: "workspace", value: workspaceBytes };
  }
  // V8 stops on a trap when its heap is full; the kernel kills who is over the limit of a group.
  const full = signal === "SIGTRAP" || (signal === "SIGKILL" && hits.includes("memory"));
  return full && memoryBytes !== undefined
    ? { kind: "limited", limit: "memory", value: memoryBytes }
    : { kind: "signaled", signal };
}

/** A process that does not read its input is none of our trouble. */
async function feed(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    await writer.abort().catch(() => {});
  }
}
