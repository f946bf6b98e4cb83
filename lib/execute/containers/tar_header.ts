/** What tar calls a block. */
export const BLOCK = 512;

/** An entry of a tar file. */
export interface TarHeader {
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "link" | "other";
  /** The permission bits. */
  readonly mode: number;
  /** Bytes that follow, without padding. */
  readonly size: number;
  /** Of a link: what it leads to. */
  readonly linkName?: string;
}

const TYPES = { file: "0", link: "1", symlink: "2", directory: "5" } as const;

/** Whom an entry belongs to. */
export interface TarOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Writes the header of an entry: `ustar` (POSIX.1-1988), with a `pax` header (POSIX.1-2001) before it
 * where a name does not fit.
 */
export function writeHeader(
  header: Omit<TarHeader, "type"> & { readonly type: keyof typeof TYPES },
  owner: TarOwner,
): Uint8Array {
  const { name, linkName = "", size } = header;
  const records: Record<string, string> = {
    ...(bytesOf(name).length > 100 && { path: name }),
    ...(bytesOf(linkName).length > 100 && { linkpath: linkName }),
    ...(size >= 8 ** 11 && { size: String(size) }),
    ...(owner.uid >= 8 ** 7 && { uid: String(owner.uid) }),
    ...(owner.gid >= 8 ** 7 && { gid: String(owner.gid) }),
  };
  const own = block({ ...header, linkName }, TYPES[header.type], owner);
  if (Object.keys(records).length === 0) return own;
  const body = bytesOf(Object.entries(records).map(([key, it]) => paxRecord(key, it)).join(""));
  const before = block(
    { name: "pax", mode: 0o600, size: body.length, linkName: "" },
    "x",
    { uid: 0, gid: 0 },
  );
  const whole = new Uint8Array(BLOCK + padded(body.length) + BLOCK);
  whole.set(before, 0);
  whole.set(body, BLOCK);
  whole.set(own, BLOCK + padded(body.length));
  return whole;
}

/** How many bytes an entry's content takes, with what fills its last block. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** A block that is read: an entry, or a note about the next one. */
export type TarBlock =
  | { readonly kind: "end" }
  | { readonly kind: "entry"; readonly header: TarHeader }
  /** Its content, of `size` bytes, is about the next entry, or (`global`) about all that follow. */
  | {
    readonly kind: "pax" | "global" | "long-name" | "long-link";
    readonly size: number;
  };

/**
 * Reads a header as Go's `archive/tar` and GNU tar write it.
 *
 * @throws {TypeError} Where it is none: its sum is wrong, or a number is not one.
 */
export function readHeader(bytes: Uint8Array): TarBlock {
  if (bytes.every((it) => it === 0)) return { kind: "end" };
  const sum = bytes.reduce((all, it, i) => all + (i >= 148 && i < 156 ? 0x20 : it), 0);
  if (octal(bytes, 148, 8) !== sum) throw new TypeError("a header of the tar has a wrong sum");
  const size = octal(bytes, 124, 12);
  const flag = String.fromCharCode(bytes[156]!);
  switch (flag) {
    case "x":
      return { kind: "pax", size };
    case "g":
      return { kind: "global", size };
    case "L":
      return { kind: "long-name", size };
    case "K":
      return { kind: "long-link", size };
  }
  const isUstar = text(bytes, 257, 5) === "ustar" && bytes[262] === 0;
  const prefix = isUstar ? text(bytes, 345, 155) : "";
  const name = text(bytes, 0, 100);
  const type = flag === "\0" || flag === "0" || flag === "7"
    ? "file"
    : flag === "1"
    ? "link"
    : flag === "2"
    ? "symlink"
    : flag === "5"
    ? "directory"
    : "other";
  return {
    kind: "entry",
    header: {
      name: prefix === "" ? name : `${prefix}/${name}`,
      type,
      mode: octal(bytes, 100, 8) & 0o7777,
      size: type === "file" || type === "other" ? size : 0,
      linkName: text(bytes, 157, 100),
    },
  };
}

/**
 * Reads the records of a `pax` header.
 *
 * @throws {TypeError} Where a length is not that of its record.
 */
export function readPax(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(space < 0 ? NaN : decoder.decode(bytes.subarray(at, space)));
    if (!Number.isInteger(length) || length < 5 || at + length > bytes.length) {
      throw new TypeError("a pax header of the tar has a wrong length");
    }
    const record = decoder.decode(bytes.subarray(space + 1, at + length - 1));
    const equals = record.indexOf("=");
    if (equals < 1) throw new TypeError("a pax header of the tar has a record without a name");
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

function paxRecord(key: string, value: string): string {
  const rest = bytesOf(` ${key}=${value}\n`).length;
  let length = rest;
  // The length counts its own digits.
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function block(
  { name, mode, size, linkName = "" }: Pick<TarHeader, "name" | "mode" | "size" | "linkName">,
  flag: string,
  { uid, gid }: TarOwner,
): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const put = (at: number, value: string, most: number) =>
    bytes.set(bytesOf(value).subarray(0, most), at);
  const number = (at: number, value: number, length: number) =>
    put(at, (value < 8 ** (length - 1) ? value : 0).toString(8).padStart(length - 1, "0"), length);
  put(0, name, 100);
  number(100, mode & 0o7777, 8);
  number(108, uid, 8);
  number(116, gid, 8);
  number(124, size, 12);
  number(136, 0, 12);
  put(148, "        ", 8);
  put(156, flag, 1);
  put(157, linkName, 100);
  put(257, "ustar\x0000", 8);
  const sum = bytes.reduce((all, it) => all + it, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `, 8);
  return bytes;
}

function octal(bytes: Uint8Array, at: number, length: number): number {
  if ((bytes[at]! & 0x80) !== 0) {
    // GNU's form for large numbers: base 256.
    const value = bytes.subarray(at + 1, at + length).reduce((all, it) => all * 256 + it, 0);
    if (bytes[at] !== 0x80 || !Number.isSafeInteger(value)) {
      throw new TypeError("a header of the tar has a number that is too large");
    }
    return value;
  }
  const digits = text(bytes, at, length).trim();
  if (!/^[0-7]*$/.test(digits)) {
    throw new TypeError("a header of the tar has a number that is none");
  }
  return digits === "" ? 0 : parseInt(digits, 8);
}

function text(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function bytesOf(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
