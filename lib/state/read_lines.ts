import { joinBytes } from "../source/join_bytes.ts";

/** One line of a file. */
export interface Line {
  /** Counts from 1. */
  readonly number: number;
  readonly text: string;
  /** Where the next one begins, in bytes. */
  readonly end: number;
}

const CHUNK = 64 * 1024;

/**
 * Reads the lines of a file one by one, and no more of it at a time than one line and a chunk.
 *
 * What follows the last line feed is no line: whoever wrote it was ended over it.
 *
 * @throws {TypeError} For a line that is not UTF-8. What the system says where it cannot be read.
 */
export function* readLines(path: string): Generator<Line> {
  const file = Deno.openSync(path, { read: true });
  using _file = file;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const chunk = new Uint8Array(CHUNK);
  let parts: Uint8Array[] = [];
  let number = 0;
  let end = 0;
  for (let read; (read = file.readSync(chunk)) !== null;) {
    let from = 0;
    for (let at; (at = chunk.subarray(0, read).indexOf(LF, from)) >= 0; from = at + 1) {
      const bytes = joinBytes([...parts, chunk.subarray(from, at)]);
      parts = [];
      number++;
      end += bytes.length + 1;
      yield { number, text: decoder.decode(bytes), end };
    }
    if (from < read) parts.push(chunk.slice(from, read));
  }
}

const LF = 0x0a;
