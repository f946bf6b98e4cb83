import type { ChildRecord, Job } from "../model/job.ts";

/** Begins a record; a line of the task's own output begins with anything else. */
const RECORD_SEPARATOR = "\x1e";

const encoder = new TextEncoder();
// Taken before the author's code runs, so that it cannot stand in our way by accident.
const { stringify } = JSON;
const { stdin, stdout } = Deno;

/**
 * Reads the one job that this process was made for.
 *
 * Synchronously: nothing else can happen before it is here, and the streams that would wait for
 * it take longer to load than everything else in a small child.
 */
export function readJob(): Job {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(64 * 1024);
  let length = 0;
  for (let read = stdin.readSync(buffer); read !== null; read = stdin.readSync(buffer)) {
    chunks.push(buffer.slice(0, read));
    length += read;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return JSON.parse(new TextDecoder().decode(whole));
}

/** Says something to the harness, on standard output. */
export function send(record: ChildRecord): void {
  let bytes = encoder.encode(`${RECORD_SEPARATOR}${stringify(record)}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(stdout.writeSync(bytes));
}
