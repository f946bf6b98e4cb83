import type { ChildRecord, Job } from "../model/job.ts";

/** Begins a record; a line of the task's own output begins with anything else. */
const RECORD_SEPARATOR = "\x1e";
const LINE_FEED = 10;

const encoder = new TextEncoder();
// Taken before the author's code runs, so that it cannot stand in our way by accident.
const { stringify } = JSON;
const { stdin, stdout } = Deno;

/** Where bytes come from, as `Deno.stdin` gives them. */
interface Source {
  readSync(buffer: Uint8Array): number | null;
}

/**
 * Reads the one job that this process was made for: a line of JSON.
 *
 * Synchronously: nothing else can happen before it is here, and the streams that would wait for
 * it take longer to load than everything else in a small child. It reads no further than the
 * line, so that standard input can stay open while the task runs; the end of the input ends the
 * line as well.
 *
 * @throws {SyntaxError} When the line is no JSON.
 */
export function readJob(source: Source = stdin): Job {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(64 * 1024);
  let length = 0;
  for (let end = -1; end < 0;) {
    const read = source.readSync(buffer);
    if (read === null) break;
    end = buffer.subarray(0, read).indexOf(LINE_FEED);
    const chunk = buffer.slice(0, end < 0 ? read : end);
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
