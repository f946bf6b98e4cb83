import { type Located, StageError } from "../model/mod.ts";
import { parseYaml, unpackLocated } from "../source/mod.ts";
import type { FromYamlThread, PackedRead, TextOfFile } from "./yaml_protocol.ts";

/** A text, and what says its YAML. */
export interface ReadableText {
  readonly of: TextOfFile;
  /** What `parseYaml()` says of it. @throws {StageError} As it does. */
  readonly root: () => Located | undefined;
}

/** So many characters are worth a thread, which takes some 30 ms to start. */
const WORTH_CHARS = 150_000;
/** What a thread is given at a time: some 10 ms of work. */
const CHUNK_CHARS = 24_000;
/** Chunks that a thread has before it, so that it never waits for this one. */
const CHUNKS_AHEAD = 2;

/**
 * Has the YAML of many texts read by two threads: by one that does nothing else, and between what is
 * done with it by this one.
 *
 * What is read does not depend on who reads it. Where there is one processor, or little to read, or the
 * thread breaks, this one reads all of it.
 *
 * @param processors How many this machine has.
 * @param open Starts the other thread.
 * @returns Each text once, in no order; those that the other thread has read come as they arrive.
 */
export async function* readableTexts(
  texts: readonly TextOfFile[],
  processors: number = navigator.hardwareConcurrency,
  open: () => YamlThread = openYamlThread,
): AsyncGenerator<ReadableText> {
  const chars = texts.reduce((all, it) => all + it.text.length, 0);
  if (processors < 2 || chars < WORTH_CHARS) {
    yield* texts.map(readHere);
    return;
  }
  const left = [...texts].reverse();
  const arrived: ReadableText[] = [];
  const [thread, turns] = [open(), openTurns()];
  using _thread = thread;
  using _turns = turns;
  const away: Promise<void>[] = [];
  const send = async (chunk: readonly TextOfFile[]) => {
    try {
      const reads = await thread.read(chunk);
      arrived.push(...chunk.map((it, i) => readThere(it, reads[i]!)));
    } catch {
      arrived.push(...chunk.map(readHere));
    }
    void away.shift(); // it answers in order
  };
  for (;;) {
    while (away.length < CHUNKS_AHEAD && left.length > 0 && !thread.isBroken()) {
      away.push(send(nextChunk(left)));
    }
    yield* arrived.splice(0);
    const own = left.pop();
    if (own !== undefined) {
      yield readHere(own);
      await turns.next();
    } else if (away.length > 0) await away[0];
    else if (arrived.length === 0) return;
  }
}

function nextChunk(left: TextOfFile[]): readonly TextOfFile[] {
  const chunk: TextOfFile[] = [];
  for (let chars = 0; chars < CHUNK_CHARS && left.length > 0;) {
    const it = left.pop()!;
    chars += it.text.length;
    chunk.push(it);
  }
  return chunk;
}

function readHere(of: TextOfFile): ReadableText {
  return { of, root: () => parseYaml(of.text, of.file) };
}

function readThere(of: TextOfFile, { packed, complaints }: PackedRead): ReadableText {
  return {
    of,
    root() {
      if (complaints !== undefined) throw new StageError(complaints);
      return packed === undefined ? undefined : unpackLocated(packed, of.file);
    },
  };
}

/** A thread that reads YAML. */
export interface YamlThread extends Disposable {
  /** Answers in the order of the calls. Rejects when the thread is broken. */
  read(texts: readonly TextOfFile[]): Promise<FromYamlThread>;
  isBroken(): boolean;
}

/** The compiled binary carries the thread's code as a file beside its own. */
const ENTRY = Deno.build.standalone ? "./yaml_thread.mjs" : "./yaml_thread.ts";

/** Starts one. */
export function openYamlThread(): YamlThread {
  const worker = new Worker(new URL(ENTRY, import.meta.url), { type: "module", name: "yaml" });
  const waiting: PromiseWithResolvers<FromYamlThread>[] = [];
  let broken: Error | undefined;
  worker.onmessage = ({ data }: MessageEvent<FromYamlThread>) => waiting.shift()?.resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    broken = new Error(event.message);
    for (const it of waiting.splice(0)) it.reject(broken);
  };
  return {
    async read(texts) {
      if (broken !== undefined) throw broken;
      const answer = Promise.withResolvers<FromYamlThread>();
      waiting.push(answer);
      worker.postMessage(texts);
      return await answer.promise;
    },
    isBroken: () => broken !== undefined,
    [Symbol.dispose]: () => worker.terminate(),
  };
}

/** Lets messages in between what this thread does; a timer would take a millisecond. */
function openTurns(): Disposable & { next(): Promise<void> } {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port2.onmessage = () => waiting.shift()?.();
  return {
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        port1.postMessage(0);
      }),
    [Symbol.dispose]() {
      port1.close();
      port2.close();
    },
  };
}
