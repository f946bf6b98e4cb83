import type { ProcessCommand } from "../kernel/mod.ts";
import type { Ending, LimitName, LimitValues } from "../model/mod.ts";
import type { Start } from "./launcher.ts";
import { meterOf, readOutput, settled } from "./read_output.ts";
import type { Line } from "./split_lines.ts";
import type { SupervisedProcess } from "./supervise.ts";
import { watchTreeSize } from "./watch_tree_size.ts";

/** What is to become of a process that was started. */
export interface ProcessRun {
  /** Handed over on standard input, which is then closed, unless there is `onOpen`. */
  readonly stdin: string;
  /** Standard input stays open until the process has ended: called once, with what says more on it. */
  readonly onOpen?: (say: Say) => void;
  readonly limits: LimitValues;
  /** The directory that the limit of the workspace is about; none is measured without it. */
  readonly workspace?: string;
  /** Counted from now. */
  readonly timeoutMs?: number;
  /** Ends the process when it fires. */
  readonly signal: AbortSignal;
  readonly onLine: (from: "stdout" | "stderr", line: Line) => void;
}

/**
 * Says something on a process's standard input. Gives whether it was taken, once it is or the process has
 * ended; never rejects.
 */
export type Say = (text: string) => Promise<boolean>;

/** A process to start. */
export interface ProcessStart extends Omit<ProcessCommand, "session">, ProcessRun {
  /** How: from this thread, or from one that the kernel confines. */
  readonly spawn: Start;
  /** By which all it starts is known; nobody may guess it. */
  readonly mark: string;
  /** Whether it is Deno, which has memory reserved for itself; it is, unless that is said. */
  readonly isRuntime?: boolean;
}

/** How a process ended, and which limits it ran into on the way. */
export interface ProcessOutcome {
  readonly ending: Ending;
  readonly hits: readonly LimitName[];
}

/** Starts one process and runs it to its end. The environment starts empty. */
export async function startProcess(start: ProcessStart): Promise<ProcessOutcome> {
  if (start.signal.aborted) return { ending: { kind: "interrupted" }, hits: [] };
  const { spawn, argv, env, cwd, mark, limits, isRuntime = true } = start;
  return await runProcess(spawn({ argv, env, cwd }, { mark, limits, isRuntime }), start);
}

/**
 * Runs one process to its end, and all that it starts.
 *
 * Never rejects because of what the process did. When it ends, at the deadline, and when it goes
 * over a limit, whatever it has started is ended, before this returns.
 *
 * @param starting Where it rejects, the process could not be started.
 */
export async function runProcess(
  starting: Promise<SupervisedProcess>,
  run: ProcessRun,
): Promise<ProcessOutcome> {
  const aborted = () => run.signal.aborted;
  const { limits, timeoutMs } = run;
  let child: SupervisedProcess;
  try {
    child = await starting;
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
  run.signal.addEventListener("abort", interrupt);
  if (aborted()) interrupt(); // while the process was being started
  const timer = timeoutMs === undefined
    ? undefined
    : setTimeout(() => stop({ kind: "timed-out", afterMs: timeoutMs }), timeoutMs);
  const over = (limit: LimitName, value: number) => stop({ kind: "limited", limit, value });
  const { outputBytes, workspaceBytes } = limits;
  const meter = meterOf(outputBytes, (most) => over("output", most));
  const watch = workspaceBytes === undefined || run.workspace === undefined
    ? undefined
    : watchTreeSize(run.workspace, workspaceBytes, () => over("workspace", workspaceBytes));
  const reading = [
    readOutput(child.stdout, meter, (it) => run.onLine("stdout", it)),
    readOutput(child.stderr, meter, (it) => run.onLine("stderr", it)),
  ];
  const input = feed(child.stdin, run);
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
    if (left === 0) await input.end(); // nobody is left who could keep it open
    else {
      const text = `${left} processes of this task do not end although they were killed`;
      run.onLine("stderr", { kind: "text", text });
    }
    return { ending: cut ?? endingOf(status, limits, hits), hits };
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener("abort", interrupt);
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
function feed(
  stdin: WritableStream<Uint8Array>,
  { stdin: text, onOpen }: Pick<ProcessRun, "stdin" | "onOpen">,
): { readonly end: () => Promise<void> } {
  const writer = stdin.getWriter();
  const abort = () => writer.abort().catch(() => {});
  const say: Say = async (it) => {
    try {
      await writer.write(new TextEncoder().encode(it));
      return true;
    } catch {
      await abort();
      return false;
    }
  };
  const fed = say(text);
  if (onOpen === undefined) {
    const closed = fed.then(() => writer.close()).catch(abort);
    return { end: () => closed };
  }
  onOpen(say);
  return { end: async () => void await abort() };
}
