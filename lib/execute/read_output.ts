import { type Line, splitLines } from "./split_lines.ts";

/** How long pipes may stay open when nobody of the tree is left to write them. */
const GRACE_MS = 2_000;

/** Lets pass what may still be said; both streams share it. */
export interface Meter {
  readonly pass: (chunk: Uint8Array) => Uint8Array;
  readonly isOver: () => boolean;
}

/**
 * Makes a meter.
 *
 * @param most Bytes; without it nothing is held back.
 */
export function meterOf(most: number | undefined, onOver: (most: number) => void): Meter {
  let left = most ?? Infinity;
  let over = false;
  return {
    pass(chunk) {
      const part = chunk.subarray(0, Math.min(left, chunk.length));
      left -= part.length;
      if (part.length < chunk.length && !over) {
        over = true;
        onOver(most!);
      }
      return part;
    },
    isOver: () => over,
  };
}

/** A stream that is being read. */
export interface Reading {
  readonly done: Promise<void>;
  readonly cancel: () => void;
}

/** Reads what a process writes, line by line, no faster than the lines are dealt with. */
export function readOutput(
  stream: ReadableStream<Uint8Array>,
  meter: Meter,
  onLine: (line: Line) => void,
): Reading {
  const reader = stream.getReader();
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) return;
      yield meter.pass(value);
    }
  }
  const done = (async () => {
    try {
      for await (const line of splitLines(pieces(), meter.isOver)) onLine(line);
    } catch {
      // The pipe broke: what came before counts.
    }
  })();
  return { done, cancel: () => void reader.cancel().catch(() => {}) };
}

/** Waits for both pipes; one that something outside the tree keeps open is cut. */
export async function settled(reading: readonly Reading[]): Promise<void> {
  const timer = setTimeout(() => reading.forEach((it) => it.cancel()), GRACE_MS);
  await Promise.all(reading.map((it) => it.done));
  clearTimeout(timer);
}
