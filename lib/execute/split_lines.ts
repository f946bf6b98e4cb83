/** The longest line that is passed on whole; what is longer comes in pieces. */
export const MAX_LINE_BYTES = 1024 * 1024;
/** Records carry outputs and may be longer. */
const MAX_RECORD_BYTES = 32 * 1024 * 1024;
const RECORD = 0x1e;
const NEWLINE = 0x0a;

/** A line of a process's output, without its newline. */
export interface Line {
  readonly kind: "text" | "record";
  readonly text: string;
}

/**
 * Splits what a process writes into lines, in the form of JSON text sequences (RFC 7464): a
 * line that begins with RS is a record, everything else is text.
 *
 * Never holds more than one line; a record beyond 32 MiB is dropped and told as text.
 */
export async function* splitLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let held = 0;
  let isRecord = false;
  const take = (): Line => {
    const bytes = new Uint8Array(held);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    parts = [];
    held = 0;
    const text = new TextDecoder().decode(isRecord ? bytes.subarray(1) : bytes);
    return { kind: isRecord ? "record" : "text", text: text.replace(/\r$/, "") };
  };
  for await (const chunk of stream) {
    let rest = chunk;
    while (rest.length > 0) {
      if (held === 0) isRecord = rest[0] === RECORD;
      const end = rest.indexOf(NEWLINE);
      const limit = (isRecord ? MAX_RECORD_BYTES : MAX_LINE_BYTES) - held;
      const piece = rest.subarray(0, Math.min(end === -1 ? rest.length : end, limit));
      parts.push(piece.slice());
      held += piece.length;
      rest = rest.subarray(piece.length);
      if (rest[0] === NEWLINE) {
        rest = rest.subarray(1);
        yield take();
      } else if (held >= (isRecord ? MAX_RECORD_BYTES : MAX_LINE_BYTES)) {
        if (isRecord) {
          parts = [];
          held = 0;
          isRecord = false;
          yield { kind: "text", text: "(a record of more than 32 MiB was dropped)" };
        } else yield take();
      }
    }
  }
  if (held > 0) yield take();
}
