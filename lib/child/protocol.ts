import type { ChildRecord } from "../model/job.ts";

/** Begins a record; a line of the task's own output begins with anything else. */
const RECORD_SEPARATOR = "\x1e";
const LINE_FEED = 10;

const encoder = new TextEncoder();
// Taken before the author's code runs, so that it cannot stand in our way by accident.
const { stringify } = JSON;
const { stdin, stdout } = Deno;
const harness: Source = { readSync: stdin.readSync.bind(stdin) };

/** Where bytes come from, as `Deno.stdin` gives them. */
interface Source {
  readSync(buffer: Uint8Array): number | null;
}

/**
 * Reads what the harness says on standard input: lines of JSON, one at each call.
 *
 * Synchronously: nothing else can happen before it is here, and the streams that would wait for
 * it take longer to load than everything else in a small child. It asks for no more than it needs
 * to end the line, so that standard input can stay open while the task runs; the end of the input
 * ends the line as well.
 *
 * @returns Throws a SyntaxError when a line is no JSON, or there is none.
 */
export function readLines(source: Source = harness): () => unknown {
  const buffer = new Uint8Array(64 * 1024);
  let read = new Uint8Array(); // and not yet given
  return () => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (let end = -1; end < 0;) {
      if (read.length === 0) {
        const count = source.readSync(buffer);
        if (count === null) break;
        read = buffer.slice(0, count);
      }
      end = read.indexOf(LINE_FEED);
      const chunk = end < 0 ? read : read.subarray(0, end);
      read = end < 0 ? new Uint8Array() : read.subarray(end + 1);
      chunks.push(chunk);
      length += chunk.length;
    }
    const whole = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return JSON.parse(new TextDecoder().decode(whole));
  };
}

/** Reads the next line that the harness says to this process. */
export const nextLine: () => unknown = readLines();

/**
 * Lets standard input be at its end for whoever reads it from now on: it stays open for the harness's
 * answers, and nobody would ever see its end.
 */
export function endInput(): void {
  Object.defineProperties(stdin, {
    read: { value: () => Promise.resolve(null) },
    readSync: { value: () => null },
    // Made when it is asked for: streams are slow to load.
    readable: { get: () => new Blob([]).stream() },
  });
}

/**
 * Says something to the harness, on standard output.
 *
 * @throws {Deno.errors.BadResource} When the task has closed it.
 */
export function send(record: ChildRecord): void {
  // It begins a line, wherever the task's own output has stopped.
  let bytes = encoder.encode(`\n${RECORD_SEPARATOR}${stringify(record)}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(stdout.writeSync(bytes));
}
