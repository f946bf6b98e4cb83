/** Everything in a tar file begins and ends at a multiple of this many bytes. */
export const BLOCK_BYTES = 512;
/** What ends a tar file: two blocks of zeros. */
export const END_BYTES = 2 * BLOCK_BYTES;

const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
/** Eleven octal digits: far above what a bundle may have. */
const MAX_SIZE = 8 ** 11 - 1;

const encoder = new TextEncoder();

/**
 * The one header that a regular file of this name and size has in a bundle (POSIX.1-1988, `ustar`).
 *
 * Nothing else about the file is told: it may be read by all, belongs to user 0 and is of 1970. So
 * a bundle is read by making its headers and comparing: there is no second way to write one.
 *
 * @param path Relative, of at most 100 bytes, or to be split at a slash into 155 and 100.
 * @param bytes Size of its content.
 * @throws {RangeError} When the format has no room for the path or the size; see {@linkcode fitsUstar}.
 */
export function ustarHeader(path: string, bytes: number): Uint8Array<ArrayBuffer> {
  const split = splitPath(path);
  if (split === undefined || !Number.isSafeInteger(bytes) || bytes < 0 || bytes > MAX_SIZE) {
    throw new RangeError(`no ustar header holds "${path}" of ${bytes} bytes`);
  }
  const header = new Uint8Array(BLOCK_BYTES);
  header.set(split.name, 0);
  put(header, 100, "0000444\0"); // mode
  put(header, 108, "0000000\0"); // uid
  put(header, 116, "0000000\0"); // gid
  put(header, 124, `${bytes.toString(8).padStart(11, "0")}\0`);
  put(header, 136, "00000000000\0"); // time of change
  put(header, 148, "        "); // the sum is taken with blanks in its place
  put(header, 156, "0"); // a regular file
  put(header, 257, "ustar\x0000");
  put(header, 329, "0000000\0"); // device, major
  put(header, 337, "0000000\0"); // device, minor
  header.set(split.prefix, 345);
  const sum = header.reduce((all, it) => all + it, 0);
  put(header, 148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return header;
}

/** Whether a header has room for this path. */
export function fitsUstar(path: string): boolean {
  return splitPath(path) !== undefined;
}

/** The size that a header claims, or `undefined` where no number stands. Nothing else is looked at. */
export function claimedSize(header: Uint8Array): number | undefined {
  const digits = new TextDecoder("latin1").decode(header.subarray(124, 136));
  return /^[0-7]{11}\0$/.test(digits) ? parseInt(digits, 8) : undefined;
}

/** Size of a file with its header and what fills up its last block. */
export function spaceOf(bytes: number): number {
  return BLOCK_BYTES + Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

function splitPath(path: string) {
  const whole = encoder.encode(path);
  if (whole.length > 0 && whole.length <= NAME_BYTES) {
    return { name: whole, prefix: new Uint8Array() };
  }
  const slash = whole.findIndex((it, i) => it === 0x2f && whole.length - i - 1 <= NAME_BYTES);
  if (slash < 1 || slash > PREFIX_BYTES || slash === whole.length - 1) return undefined;
  return { name: whole.subarray(slash + 1), prefix: whole.subarray(0, slash) };
}

function put(header: Uint8Array, at: number, text: string): void {
  header.set(encoder.encode(text), at);
}
