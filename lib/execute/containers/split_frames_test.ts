import { deepEqual, equal, rejects } from "node:assert/strict";
import { splitFrames } from "./split_frames.ts";

function frame(kind: number, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const whole = new Uint8Array(8 + bytes.length);
  whole[0] = kind;
  new DataView(whole.buffer).setUint32(4, bytes.length);
  whole.set(bytes, 8);
  return whole;
}

async function* inPieces(frames: readonly Uint8Array[], size: number): AsyncGenerator<Uint8Array> {
  const whole = new Uint8Array(frames.flatMap((it) => [...it]));
  for (let at = 0; at < whole.length; at += size) {
    await Promise.resolve();
    yield whole.subarray(at, at + size);
  }
}

async function textsOf(chunks: AsyncIterable<Uint8Array>) {
  const said = { stdout: "", stderr: "" };
  for await (const { from, bytes } of splitFrames(chunks)) {
    said[from] += new TextDecoder().decode(bytes);
  }
  return said;
}

Deno.test("splitFrames() keeps the streams apart, whatever pieces they come in", async () => {
  const frames = [frame(1, "one "), frame(2, "bad "), frame(1, ""), frame(1, "x".repeat(1000))];
  for (const size of [1, 3, 7, 8, 9, 100, 10_000]) {
    deepEqual(await textsOf(inPieces(frames, size)), {
      stdout: `one ${"x".repeat(1000)}`,
      stderr: "bad ",
    });
  }
});

Deno.test("splitFrames() passes on what there is of a frame that is cut", async () => {
  equal((await textsOf(inPieces([frame(1, "abcdef").subarray(0, 11)], 5))).stdout, "abc");
});

Deno.test("splitFrames() takes no frames that are none", async () => {
  await rejects(textsOf(inPieces([new TextEncoder().encode("plain text")], 4)), TypeError);
  await rejects(textsOf(inPieces([frame(3, "x")], 4)), TypeError);
});
