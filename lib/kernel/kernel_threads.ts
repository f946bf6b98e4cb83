import type { Kernel, KernelRules } from "../model/kernel.ts";
import type { ProcessCommand, StartedProcess } from "./process.ts";
import type { FromThread, Output, ToThread } from "./thread_protocol.ts";

/** Threads of the harness that the kernel confines, one for each set of rules. */
export interface KernelThreads extends Disposable {
  /**
   * Starts a process under `rules`. The first one under new rules waits for its thread, some
   * milliseconds; all others start at once.
   *
   * @throws When the kernel refuses the rules, or the process cannot be started.
   */
  spawn(rules: KernelRules, command: ProcessCommand): Promise<StartedProcess>;
}

/**
 * Opens the threads. None is made before it is needed.
 *
 * A thread stays restricted for good, so rules are never changed: other rules are another thread.
 * The threads of other rules, and the harness's own, are not affected. To be disposed of when all
 * their processes have ended.
 */
export function openKernelThreads(kernel: Kernel): KernelThreads {
  const threads = new Map<string, Thread>();
  const threadFor = (rules: KernelRules) => {
    const key = JSON.stringify(rules);
    const thread = threads.get(key) ?? startThread(kernel, rules);
    threads.set(key, thread);
    return thread;
  };
  return {
    spawn: async (rules, command) => await threadFor(rules).spawn(command),
    [Symbol.dispose]() {
      for (const it of threads.values()) it.stop();
      threads.clear();
    },
  };
}

interface Thread {
  spawn(command: ProcessCommand): Promise<StartedProcess>;
  stop(): void;
}

/** The compiled binary carries the thread's code as a file beside its own. */
const ENTRY = Deno.build.standalone ? "./kernel_thread.mjs" : "./thread.ts";

function startThread(kernel: Kernel, rules: KernelRules): Thread {
  const worker = new Worker(new URL(ENTRY, import.meta.url), { type: "module", name: "kernel" });
  const post = (message: ToThread) => worker.postMessage(message);
  const processes = new Map<number, Conversation>();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {}); // spawn() tells it
  const broken = (reason: string) => {
    ready.reject(new Error(`the kernel layer cannot be applied: ${reason}`));
    for (const it of processes.values()) it.broken(reason);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    broken(event.message);
  };
  worker.onmessage = ({ data }: MessageEvent<FromThread>) => {
    if (data.type === "restricted") return ready.resolve();
    if (data.type === "not-restricted") return broken(data.reason);
    processes.get(data.id)?.hear(data);
  };
  post({ type: "restrict", kernel, rules });
  let last = 0;
  return {
    async spawn(command) {
      await ready.promise;
      const id = last++;
      const conversation = converse(id, post, () => processes.delete(id));
      processes.set(id, conversation);
      post({ type: "spawn", id, command });
      return await conversation.started;
    },
    stop: () => worker.terminate(),
  };
}

/** One process, as the harness's side hears of it. */
interface Conversation {
  readonly started: Promise<StartedProcess>;
  hear(message: Exclude<FromThread, { type: "restricted" | "not-restricted" }>): void;
  broken(reason: string): void;
}

function converse(
  id: number,
  post: (message: ToThread) => void,
  onOver: () => void,
): Conversation {
  const open = new Set<string>(["stdout", "stderr", "process"]);
  const over = (what: string) => {
    open.delete(what);
    if (open.size > 0) return;
    written?.reject(unread()); // nobody answers any more
    onOver();
  };
  const started = Promise.withResolvers<StartedProcess>();
  const status = Promise.withResolvers<{ code: number; signal: string | null }>();
  const outputs = { stdout: outputOf(id, "stdout", post), stderr: outputOf(id, "stderr", post) };
  let written: PromiseWithResolvers<void> | undefined;
  const stdin = new WritableStream<Uint8Array>({
    write(bytes) {
      if (open.size === 0) throw unread();
      written = Promise.withResolvers();
      post({ type: "write", id, bytes });
      return written.promise;
    },
    close: () => post({ type: "end-input", id }),
    abort: () => post({ type: "end-input", id }),
  });
  return {
    started: started.promise,
    hear(message) {
      switch (message.type) {
        case "spawned":
          return started.resolve({
            pid: message.pid,
            stdin,
            stdout: outputs.stdout.stream,
            stderr: outputs.stderr.stream,
            status: status.promise,
          });
        case "not-spawned":
          return started.reject(new Error(message.reason));
        case "written":
          if (message.ok) written?.resolve();
          else written?.reject(unread());
          return;
        case "output":
          if (message.bytes === undefined) over(message.from);
          return outputs[message.from].hear(message.bytes);
        case "ended":
          over("process");
          return status.resolve({ code: message.code, signal: message.signal });
      }
    },
    broken(reason) {
      const error = new Error(`the thread that started this process broke: ${reason}`);
      started.reject(error);
      status.promise.catch(() => {}); // nobody may be waiting
      status.reject(error);
      written?.reject(error);
      outputs.stdout.hear(undefined);
      outputs.stderr.hear(undefined);
    },
  };
}

/** A stream that asks for one piece when it is read. */
function outputOf(id: number, from: Output, post: (message: ToThread) => void) {
  let answer: ((bytes: Uint8Array<ArrayBuffer> | undefined) => void) | undefined;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const bytes = await new Promise<Uint8Array<ArrayBuffer> | undefined>((resolve) => {
        answer = resolve;
        post({ type: "pull", id, from });
      });
      if (bytes === undefined) controller.close();
      else controller.enqueue(bytes);
    },
    cancel: () => post({ type: "cancel", id, from }),
  }, { highWaterMark: 1 });
  return { stream, hear: (bytes: Uint8Array<ArrayBuffer> | undefined) => answer?.(bytes) };
}

function unread(): Error {
  return new Error("nobody reads the standard input any more");
}
