/**
 * What a kernel thread does: it restricts itself once, for good, and then starts processes, which
 * inherit what it may not do.
 *
 * Started as a `Worker` by `openKernelThreads()`, and imported by nobody: in the compiled binary it
 * is a file of its own.
 *
 * @module
 */
import { openLibc } from "./libc.ts";
import { spawnHere } from "./process.ts";
import { restrictThread } from "./restrict_thread.ts";
import type { FromThread, Output, ToThread } from "./thread_protocol.ts";

interface Process {
  /** Streams that have not ended; without any, the process is of no more use here. */
  readonly open: Set<Output>;
  readonly input: WritableStreamDefaultWriter<Uint8Array>;
  readonly outputs: Readonly<Record<Output, ReadableStreamDefaultReader<Uint8Array>>>;
}

interface Thread {
  onmessage: ((event: { readonly data: ToThread }) => void) | null;
  postMessage(message: FromThread, transfer?: readonly ArrayBufferLike[]): void;
}

const thread = self as unknown as Thread;
const processes = new Map<number, Process>();

thread.onmessage = ({ data: message }) => {
  switch (message.type) {
    case "restrict":
      return thread.postMessage(restricted(message));
    case "spawn":
      return spawn(message);
    case "write":
      return void write(message);
    case "end-input":
      return void processes.get(message.id)?.input.close().catch(() => {});
    case "pull":
      return void pull(message);
    case "cancel":
      return void processes.get(message.id)?.outputs[message.from].cancel().catch(() => {});
  }
};

function restricted({ kernel, rules }: Extract<ToThread, { type: "restrict" }>): FromThread {
  try {
    const libc = openLibc();
    using _libc = libc;
    restrictThread(libc, kernel, rules);
    return { type: "restricted" };
  } catch (error) {
    return { type: "not-restricted", reason: (error as Error).message };
  }
}

function spawn({ id, command }: Extract<ToThread, { type: "spawn" }>): void {
  try {
    const child = spawnHere(command);
    processes.set(id, {
      open: new Set(["stdout", "stderr"]),
      input: child.stdin.getWriter(),
      outputs: { stdout: child.stdout.getReader(), stderr: child.stderr.getReader() },
    });
    thread.postMessage({ type: "spawned", id, pid: child.pid });
    child.status.then(({ code, signal }) => {
      thread.postMessage({ type: "ended", id, code, signal });
    });
  } catch (error) {
    thread.postMessage({ type: "not-spawned", id, reason: (error as Error).message });
  }
}

async function write({ id, bytes }: Extract<ToThread, { type: "write" }>): Promise<void> {
  const written = processes.get(id)?.input.write(bytes) ?? Promise.reject();
  const ok = await written.then(() => true, () => false);
  thread.postMessage({ type: "written", id, ok });
}

async function pull({ id, from }: Extract<ToThread, { type: "pull" }>): Promise<void> {
  // A pipe that breaks has no more to give, like one that ends.
  const process = processes.get(id);
  const read = await process?.outputs[from].read().catch(() => undefined);
  const bytes = read?.value as Uint8Array<ArrayBuffer> | undefined;
  if (bytes === undefined) {
    process?.open.delete(from);
    if (process?.open.size === 0) processes.delete(id);
    return thread.postMessage({ type: "output", id, from });
  }
  thread.postMessage({ type: "output", id, from, bytes }, [bytes.buffer]);
}
