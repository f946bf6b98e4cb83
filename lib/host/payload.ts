import { StageError } from "../model/mod.ts";
import { dataLength, findSeam, TAIL_BYTES } from "./compiled_program.ts";
import { sha256 } from "../source/sha256.ts";

/** One file to pack. */
export interface FileToPack {
  /** A plain file name, without a directory. */
  readonly name: string;
  readonly data: Uint8Array<ArrayBuffer>;
  /** Permission bits it gets where it is extracted. */
  readonly mode: number;
}

/** One file of a payload. */
export interface PackedFile {
  readonly name: string;
  /** Where it begins, from the beginning of the payload. */
  readonly offset: number;
  /** Its length there, gzipped. */
  readonly bytes: number;
  /** Its length when unpacked. */
  readonly size: number;
  /** Of the unpacked bytes, in hex. */
  readonly sha256: string;
  readonly mode: number;
}

/** What a payload says of itself. */
export interface Manifest {
  readonly v: 1;
  readonly files: readonly PackedFile[];
  /** What is around the payload. Only told to people: nothing is done by it. */
  readonly about?: About;
}

/** A part of a binary, by digest. */
export interface DigestedPart {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a binary consists of, beside its payload. */
export interface About {
  /** The machine it was built for, as Deno writes it. */
  readonly target: string;
  readonly base: DigestedPart;
  readonly harness: readonly DigestedPart[];
}

/** The payload of a program, opened. */
export interface Payload {
  readonly manifest: Manifest;
  /** SHA-256 in hex of what the manifest says of the files; names all that the payload holds. */
  readonly digest: string;
  /**
   * Unpacks one file.
   *
   * The program is read as it goes. Whoever uses a piece before the end takes it unproved:
   * length and digest are compared when the last one has been handed on.
   *
   * @throws {StageError} While iterating, if the bytes are not those that were packed.
   * @throws {TypeError} If there is no file of that name.
   */
  read(name: string): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

// The end of a payload: u64 length of the manifest, little-endian, and these 16 bytes.
const MAGIC = new TextEncoder().encode("bulkhead-payload");
const TRAILER_BYTES = 8 + MAGIC.length;
const PIECE_BYTES = 256 * 1024;

/**
 * Packs files: each gzipped, one after another, then a manifest in JSON, then a trailer.
 *
 * The same files in the same order give the same bytes, as far as the zlib of the Deno
 * that runs this stays the same.
 */
export async function packPayload(
  files: readonly FileToPack[],
  about?: About,
): Promise<Uint8Array<ArrayBuffer>> {
  // Imported here and below because it would cost every start of the program a few ms.
  const { gzip } = await import("node:zlib");
  const packed: Uint8Array[] = [];
  const entries: PackedFile[] = [];
  let offset = 0;
  for (const { name, data, mode } of files) {
    const bytes = await new Promise<Uint8Array>((resolve, reject) =>
      gzip(data, { level: 9 }, (error, it) => error ? reject(error) : resolve(it))
    );
    entries.push({
      name,
      offset,
      bytes: bytes.length,
      size: data.length,
      sha256: await sha256(data),
      mode,
    });
    packed.push(bytes);
    offset += bytes.length;
  }
  const manifest = new TextEncoder().encode(
    JSON.stringify({ v: 1, files: entries, ...(about && { about }) }),
  );
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(manifest.length), true);
  return concat([...packed, manifest, length, MAGIC]);
}

/**
 * Puts a payload into a program that `deno compile` made, where it costs nothing: the
 * program does not read it at its start, and `openPayload()` finds it.
 *
 * @param program A whole compiled program, without a payload.
 * @throws {StageError} If the program has no such place, see `findSeam()`.
 */
export function spliceIntoProgram(
  program: Uint8Array,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const seam = findSeam(program);
  return concat([program.subarray(0, seam), payload, program.subarray(seam)]);
}

/**
 * Opens the payload of a compiled program, reading no more than its description.
 *
 * @returns `undefined` if the program has none.
 * @throws {StageError} If the program cannot be read, or the description makes no sense.
 */
export async function openPayload(path: string): Promise<Payload | undefined> {
  using file = await openProgram(path);
  const { size } = await file.stat();
  if (size < TAIL_BYTES + TRAILER_BYTES) return undefined;
  const end = size - dataLength(await readAt(file, size - TAIL_BYTES, TAIL_BYTES));
  if (end < TRAILER_BYTES) return undefined;
  const trailer = await readAt(file, end - TRAILER_BYTES, TRAILER_BYTES);
  if (!MAGIC.every((byte, i) => trailer[8 + i] === byte)) return undefined;

  const length = Number(new DataView(trailer.buffer).getBigUint64(0, true));
  const manifestAt = end - TRAILER_BYTES - length;
  if (manifestAt < 0 || length > 1024 * 1024) throw corrupt(path, "its manifest has no place");
  const bytes = await readAt(file, manifestAt, length);
  const manifest = parseManifest(new TextDecoder().decode(bytes));
  const start = manifestAt - (manifest?.files.reduce((sum, it) => sum + it.bytes, 0) ?? 0);
  if (manifest === undefined || start < 0) throw corrupt(path, "its manifest makes no sense");

  return {
    manifest,
    // Not of `about`: where only the harness changed, what is unpacked is the same.
    digest: await sha256(new TextEncoder().encode(JSON.stringify(manifest.files))),
    read(name) {
      const entry = manifest.files.find((it) => it.name === name);
      if (entry === undefined) throw new TypeError(`Cannot read "${name}": not in the payload`);
      return unpack(path, start + entry.offset, entry);
    },
  };
}

async function* unpack(path: string, start: number, entry: PackedFile) {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  let size = 0;
  const unpacked = ReadableStream.from(readPieces(path, start, entry.bytes))
    .pipeThrough(new DecompressionStream("gzip"));
  try {
    for await (const piece of unpacked) {
      size += piece.length;
      if (size > entry.size) break;
      hash.update(piece);
      yield piece;
    }
  } catch (cause) {
    if (cause instanceof StageError) throw cause;
    throw corrupt(path, `"${entry.name}" does not unpack`, cause);
  }
  if (size !== entry.size || hash.digest("hex") !== entry.sha256) {
    throw corrupt(path, `"${entry.name}" is not what was packed`);
  }
}

async function* readPieces(path: string, start: number, length: number) {
  const file = await openProgram(path);
  using _file = file;
  for (let done = 0; done < length; done += PIECE_BYTES) {
    yield await readAt(file, start + done, Math.min(PIECE_BYTES, length - done));
  }
}

async function readAt(
  file: Deno.FsFile,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const read = await file.read(bytes.subarray(done));
    if (read === null) return bytes.subarray(0, done); // the file shrank: a digest will tell
    done += read;
  }
  return bytes;
}

async function openProgram(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (cause) {
    throw new StageError(
      [{
        code: "host/payload-unreadable",
        severity: "error",
        message: `Cannot read the program "${path}": ${(cause as Error).message}`,
        help: "bulkhead carries its runtime in its own file and must be able to read it",
      }],
      "host",
      { cause },
    );
  }
}

/** `undefined` for anything that `packPayload()` does not write. */
function parseManifest(text: string): Manifest | undefined {
  let value: Partial<Manifest> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (value?.v !== 1 || !Array.isArray(value.files)) return undefined;
  let offset = 0;
  for (const it of value.files as Partial<PackedFile>[]) {
    const counts = [it.offset, it.bytes, it.size, it.mode];
    if (!counts.every((n) => Number.isSafeInteger(n) && n! >= 0)) return undefined;
    if (it.offset !== offset || it.mode! > 0o777) return undefined;
    if (!/^[0-9a-f]{64}$/.test(String(it.sha256))) return undefined;
    // A name becomes a path: no directory, nothing hidden.
    if (!/^\w[\w.-]*$/.test(String(it.name))) return undefined;
    offset += it.bytes!;
  }
  if (value.about !== undefined && !isAbout(value.about)) return undefined;
  return value as Manifest;
}

function isAbout(value: Partial<About> | null): boolean {
  return typeof value?.target === "string" && Array.isArray(value.harness) &&
    [value.base, ...value.harness as (Partial<DigestedPart> | null)[]].every((it) =>
      typeof it?.name === "string" && Number.isSafeInteger(it.bytes) &&
      /^[0-9a-f]{64}$/.test(String(it.sha256))
    );
}

function corrupt(path: string, fact: string, cause?: unknown): StageError {
  return new StageError(
    [{
      code: "host/payload-corrupt",
      severity: "error",
      message: `Cannot use the payload of "${path}": ${fact}`,
      help: "The file was damaged after it was built: download or build it again",
    }],
    "host",
    { cause },
  );
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
