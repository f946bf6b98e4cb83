import type { ProcessCommand, Spawn, StartedProcess } from "../kernel/mod.ts";
import type { Ending } from "../model/mod.ts";
import { type Line, splitLines } from "./split_lines.ts";

/** A process to start. */
export interface ProcessStart extends ProcessCommand {
  /** How: from this thread, or from one that the kernel confines. */
  readonly spawn: Spawn;
  /** Handed over on standard input, which is then closed. */
  readonly stdin: string;
  readonly timeoutMs?: number;
  /** Ends the process when it fires. */
  readonly signal: AbortSignal;
  readonly onLine: (from: "stdout" | "stderr", line: Line) => void;
}

/** How long a process may keep its pipes open, or itself alive, after it is done. */
const GRACE_MS = 2_000;

/**
 * Runs one process in a group of its own to its end.
 *
 * Never rejects because of what the process did. The environment starts empty. When it ends,
 * and at the deadline, the whole group is killed; what left the group by `setsid` is not.
 */
export async function startProcess(start: ProcessStart): Promise<Ending> {
  const aborted = () => start.signal.aborted;
  if (aborted()) return { kind: "interrupted" };
  const { argv, env, cwd } = start;
  let child: StartedProcess;
  try {
    child = await start.spawn({ argv, env, cwd });
  } catch (cause) {
    return { kind: "not-started", reason: (cause as Error).message };
  }
  let cut: Ending | undefined;
  const stop = (ending: Ending) => {
    cut ??= ending;
    killGroup(child.pid);
  };
  const interrupt = () => stop({ kind: "interrupted" });
  start.signal.addEventListener("abort", interrupt);
  if (aborted()) interrupt(); // while the process was being started
  const { timeoutMs } = start;
  const timer = timeoutMs === undefined
    ? undefined
    : setTimeout(() => stop({ kind: "timed-out", afterMs: timeoutMs }), timeoutMs);
  const reading = [
    read(child.stdout, (it) => start.onLine("stdout", it)),
    read(child.stderr, (it) => start.onLine("stderr", it)),
  ];
  try {
    await feed(child.stdin, start.stdin);
    const status = await child.status;
    killGroup(child.pid);
    await settled(reading);
    if (cut !== undefined) return cut;
    return status.signal === null
      ? { kind: "exited", code: status.code }
      : { kind: "signaled", signal: status.signal };
  } finally {
    clearTimeout(timer);
    start.signal.removeEventListener("abort", interrupt);
  }
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

interface Reading {
  readonly done: Promise<void>;
  readonly cancel: () => void;
}

function read(stream: ReadableStream<Uint8Array>, onLine: (line: Line) => void): Reading {
  const aborter = new AbortController();
  const through = new TransformStream<Uint8Array, Uint8Array>();
  const pumped = stream.pipeTo(through.writable, { signal: aborter.signal }).catch(() => {});
  const done = (async () => {
    try {
      for await (const line of splitLines(through.readable)) onLine(line);
    } catch {
      // The pipe was cut after the grace period: what came before it counts.
    }
    await pumped;
  })();
  return { done, cancel: () => aborter.abort() };
}

/** Waits for both pipes; one that something outside the group keeps open is cut. */
async function settled(reading: readonly Reading[]): Promise<void> {
  const timer = setTimeout(() => reading.forEach((it) => it.cancel()), GRACE_MS);
  await Promise.all(reading.map((it) => it.done));
  clearTimeout(timer);
}

function killGroup(leader: number): void {
  try {
    Deno.kill(-leader, "SIGKILL");
  } catch (error) {
    // Nobody is left in the group: that is what was wanted.
    if (!(error instanceof Deno.errors.NotFound) && !/ESRCH/.test(String(error))) throw error;
  }
}
