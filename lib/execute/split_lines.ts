/** The longest line that is passed on whole; the rest of a longer one is dropped. */
export const MAX_LINE_BYTES = 1024 * 1024;
/**
 * Records, and lines of the script protocol, carry outputs and may be longer; as objects they take
 * ten times as much of our memory.
 */
export const MAX_RECORD_BYTES = 8 * 1024 * 1024;
const RECORD = 0x1e;
/** `::{`, with which a line of the script protocol begins. */
const PROTOCOL: readonly number[] = [0x3a, 0x3a, 0x7b];
const NEWLINE = 0x0a;

/** A line of a process's output, without its newline. */
export interface Line {
  /** `dropped`: a record that was too long, of which nothing is kept. */
  readonly kind: "text" | "record" | "dropped";
  readonly text: string;
  /** How many bytes at its end are known to be missing; absent where it is whole. */
  readonly missing?: number;
}

/**
 * Splits what a process writes into lines, in the form of JSON text sequences (RFC 7464): a
 * line that begins with RS is a record, everything else is text. An empty line before a record is
 * left out: whoever says one ends the line that may be there.
 *
 * Never holds more than one line, and of that no more than 1 MiB, or 8 MiB of a record and of a line
 * of the script protocol; of one that is longer still, 1 MiB is left.
 *
 * @param isCut Whether the stream ended before its time, asked at its end.
 */
export async function* splitLines(
  stream: AsyncIterable<Uint8Array>,
  isCut: () => boolean = () => false,
): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let held = 0;
  let length = 0;
  let isRecord = false;
  let isProtocol = true; // as far as is known of this line
  let isBlank = false; // the line before was empty, and waits for what follows
  const take = (): Line => {
    const bytes = joined(parts);
    const missing = length - (isRecord ? held : bytes.length);
    parts = [];
    held = 0;
    length = 0;
    if (isRecord && missing > 0) return { kind: "dropped", text: "", missing };
    const text = new TextDecoder().decode(isRecord ? bytes.subarray(1) : bytes).replace(/\r$/, "");
    return { kind: isRecord ? "record" : "text", text, ...(missing > 0 && { missing }) };
  };
  for await (const chunk of stream) {
    let rest = chunk;
    while (rest.length > 0) {
      if (length === 0) {
        isRecord = rest[0] === RECORD;
        isProtocol = true;
        if (isBlank && !isRecord) yield { kind: "text", text: "" };
        isBlank = false;
      }
      const end = rest.indexOf(NEWLINE);
      const piece = rest.subarray(0, end === -1 ? rest.length : end);
      for (let i = length; isProtocol && i < PROTOCOL.length && i - length < piece.length; i++) {
        isProtocol = piece[i - length] === PROTOCOL[i];
      }
      const room = (isRecord || isProtocol ? MAX_RECORD_BYTES : MAX_LINE_BYTES) - held;
      if (room > 0 && piece.length > 0) {
        const kept = piece.slice(0, room);
        parts.push(kept);
        held += kept.length;
      }
      length += piece.length;
      if (isRecord && length > MAX_RECORD_BYTES) {
        parts = []; // nothing of it is of any use
        held = MAX_RECORD_BYTES;
      } else if (
        isProtocol && length > MAX_RECORD_BYTES &&
        (parts.length > 1 || parts[0]!.length > MAX_LINE_BYTES)
      ) {
        parts = [joined(parts).slice(0, MAX_LINE_BYTES)];
        held = MAX_RECORD_BYTES;
      }
      rest = rest.subarray(piece.length);
      if (end !== -1) {
        rest = rest.subarray(1);
        if (length === 0) isBlank = true;
        else yield take();
      }
    }
  }
  if (isBlank) yield { kind: "text", text: "" };
  if (length > 0) yield isCut() ? { missing: 0, ...take() } : take();
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
