import { BLOCK, padded, readHeader, readPax, type TarHeader } from "./tar_header.ts";

/** An entry with its content, which has to be read, or left, before the next entry is asked for. */
export interface TarEntry extends TarHeader {
  readonly content: AsyncIterable<Uint8Array>;
}

/** Notes about an entry: names, in practice of a few hundred bytes. */
const MAX_NOTE_BYTES = 64 * 1024;

/**
 * Reads a tar as it comes, entry by entry, and holds no more than a piece of one.
 *
 * @throws {TypeError} Where it is none, or ends too early.
 */
export async function* readTar(stream: ReadableStream<Uint8Array>): AsyncGenerator<TarEntry> {
  const bytes = takerOf(stream);
  try {
    let notes = new Map<string, string>();
    for (;;) {
      const block = readHeader(await bytes.exactly(BLOCK));
      if (block.kind === "end") return;
      if (block.kind !== "entry") {
        if (block.size > MAX_NOTE_BYTES) throw new TypeError("a name in the tar is too long");
        const note = (await bytes.exactly(padded(block.size))).subarray(0, block.size);
        if (block.kind === "pax") notes = new Map([...notes, ...readPax(note)]);
        const text = () => new TextDecoder().decode(note).replace(/\0.*$/s, "");
        if (block.kind === "long-name") notes.set("path", text());
        if (block.kind === "long-link") notes.set("linkpath", text());
        continue;
      }
      const { header } = block;
      const size = notes.has("size") ? Number(notes.get("size")) : header.size;
      if (!Number.isSafeInteger(size) || size < 0) throw new TypeError("a size in the tar is none");
      let left = padded(size);
      const content = async function* (): AsyncGenerator<Uint8Array> {
        for (let own = size; own > 0;) {
          const piece = await bytes.some(own);
          own -= piece.length;
          left -= piece.length;
          yield piece;
        }
      };
      const linkName = notes.get("linkpath") ?? header.linkName;
      yield {
        ...header,
        name: notes.get("path") ?? header.name,
        size,
        ...(linkName !== undefined && { linkName }),
        content: content(),
      };
      while (left > 0) left -= (await bytes.some(left)).length;
      notes = new Map();
    }
  } finally {
    await bytes.cancel();
  }
}

/** Takes from a stream what is asked for, whatever pieces it comes in. */
function takerOf(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  let rest = new Uint8Array();
  const some = async (most: number): Promise<Uint8Array> => {
    while (rest.length === 0) {
      const { value, done } = await reader.read();
      if (done) throw new TypeError("the tar ends too early");
      rest = value as Uint8Array<ArrayBuffer>;
    }
    const piece = rest.subarray(0, most);
    rest = rest.subarray(piece.length);
    return piece;
  };
  return {
    some,
    async exactly(length: number): Promise<Uint8Array> {
      const whole = new Uint8Array(length);
      for (let at = 0; at < length;) {
        const piece = await some(length - at);
        whole.set(piece, at);
        at += piece.length;
      }
      return whole;
    },
    cancel: () => reader.cancel().catch(() => {}),
  };
}
