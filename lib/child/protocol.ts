import type { ChildRecord, Job } from "../model/job.ts";

/** Begins a record; a line of the task's own output begins with anything else. */
const RECORD_SEPARATOR = "\x1e";

const encoder = new TextEncoder();
// Taken before the author's code runs, so that it cannot stand in our way by accident.
const { stringify } = JSON;
const stdout = Deno.stdout;

/** Reads the one job that this process was made for. */
export async function readJob(): Promise<Job> {
  return JSON.parse(await new Response(Deno.stdin.readable).text());
}

/** Says something to the harness, on standard output. */
export function send(record: ChildRecord): void {
  let bytes = encoder.encode(`${RECORD_SEPARATOR}${stringify(record)}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(stdout.writeSync(bytes));
}
