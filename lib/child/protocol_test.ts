import { deepEqual, equal, throws } from "node:assert/strict";
import { readLines } from "./protocol.ts";

/** Gives a text in pieces, and says how many were taken. */
function sourceOf(...pieces: string[]) {
  const bytes = pieces.map((it) => new TextEncoder().encode(it));
  const taken = { count: 0 };
  const readSync = (buffer: Uint8Array) => {
    const piece = bytes[taken.count];
    if (piece === undefined) return null;
    taken.count++;
    buffer.set(piece);
    return piece.length;
  };
  return { readSync, taken };
}

Deno.test.each([
  { name: "up to the end of its line", pieces: ['{"v":1}\n'], taken: 1 },
  { name: "up to the end of the input", pieces: ['{"v":1}'], taken: 1 },
  { name: "in pieces", pieces: ['{"v', '":1', "}\n"], taken: 3 },
  { name: "and takes no more than it must", pieces: ['{"v":1', "}\n", '{"v":2}\n'], taken: 2 },
])("readLines() reads a line $name", ({ pieces, taken }) => {
  const source = sourceOf(...pieces);
  deepEqual(readLines(source)(), { v: 1 });
  equal(source.taken.count, taken);
});

Deno.test.each([
  { name: "that came together", pieces: ['{"v":1}\n{"v":2}\n'] },
  { name: "that came apart", pieces: ['{"v":1}\n', '{"v":2}\n'] },
  { name: "that came in other pieces", pieces: ['{"v":1', '}\n{"v"', ":2}"] },
])("readLines() reads one line after the other, $name", ({ pieces }) => {
  const next = readLines(sourceOf(...pieces));
  deepEqual(next(), { v: 1 });
  deepEqual(next(), { v: 2 });
  throws(next, SyntaxError);
});

Deno.test("readLines() reads characters that two pieces share", () => {
  const [a, b] = [[0x22, 0xc3], [0xa9, 0x22, 0x0a]].map((it) => Uint8Array.from(it));
  const pieces = [a!, b!];
  const readSync = (buffer: Uint8Array) => {
    const piece = pieces.shift();
    if (piece === undefined) return null;
    buffer.set(piece);
    return piece.length;
  };
  equal(readLines({ readSync })(), "é");
});

Deno.test("readLines() does not take nothing for a job", () => {
  throws(() => readLines(sourceOf(""))(), SyntaxError);
  throws(() => readLines(sourceOf("\n{}"))(), SyntaxError);
});
