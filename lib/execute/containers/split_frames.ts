/** A piece of what a container without a terminal writes. */
export interface Frame {
  readonly from: "stdout" | "stderr";
  readonly bytes: Uint8Array;
}

const HEAD_BYTES = 8;

/**
 * Takes apart what `POST /containers/{id}/attach` gives: frames of 8 bytes, of which the first names
 * the stream and the last four are the length, and that many bytes.
 *
 * Holds nothing but a head: what a frame holds is passed on in the pieces it comes in.
 *
 * @throws {TypeError} At a head that is none: what follows could be anybody's.
 */
export async function* splitFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const head = new Uint8Array(HEAD_BYTES);
  let filled = 0;
  let left = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const part = rest.subarray(0, HEAD_BYTES - filled);
        head.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
        if (filled < HEAD_BYTES) continue;
        filled = 0;
        if (head[0]! > 2 || head[1] !== 0 || head[2] !== 0 || head[3] !== 0) {
          throw new TypeError(`the engine sends a frame that begins with ${head.join(" ")}`);
        }
        left = new DataView(head.buffer).getUint32(4);
        continue;
      }
      const bytes = rest.subarray(0, left);
      left -= bytes.length;
      rest = rest.subarray(bytes.length);
      yield { from: head[0] === 2 ? "stderr" : "stdout", bytes };
    }
  }
}
