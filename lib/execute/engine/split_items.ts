import { parseSize } from "../../source/mod.ts";
import type { FileStore, Origin } from "../files/file_store.ts";
import { openTextWriter, type TextWriter } from "../files/store_text.ts";

/** Where a file is cut. */
export interface SplitPlaces {
  readonly store: FileStore;
  /** A directory of the harness's own. */
  readonly scratch: string;
  readonly from: Origin;
  readonly signal: AbortSignal;
}

/** The URIs of the batches, in order; or why there are none. */
export type Split =
  | { readonly ok: true; readonly batches: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** A line that is longer is no line of a file of items. */
const MAX_LINE = 32 * 1024 * 1024;
/** Each is an open file until all lines are dealt out. */
const MAX_OPEN = 500;
const MAX_PROGRAM = 10_000;

/** What is no line of a file of items. */
class LongLine extends Error {}

/**
 * Cuts a stored file into batches of lines, which are stored as well.
 *
 * The first that is given of `regexPattern`, `bytes`, `partitions` and `rows` says how; one row without
 * any. A batch of `bytes` ends behind the line that reaches it; of `partitions` each gets a line in turn;
 * of `regexPattern` each has the lines of which the first group of the pattern is the same, and lines
 * that it does not fit are left out. What separates lines in a batch is `separator`, and stands behind
 * the last one too. Source: kestra-io/kestra, `StorageService.split()`.
 *
 * @param uri Of the file.
 * @param batch As written, rendered.
 */
export async function splitItems(
  uri: string,
  batch: Readonly<Record<string, string>>,
  places: SplitPlaces,
): Promise<Split> {
  const stored = places.store.find(uri);
  if (stored === undefined) {
    return { ok: false, message: `Cannot split "${uri}": no such file is stored` };
  }
  const cut = await cutOf(batch);
  if (typeof cut === "string") return { ok: false, message: `Cannot split "${uri}": ${cut}` };
  const name = /\.[A-Za-z0-9]+$/.exec(uri)?.[0] ?? ".tmp";
  const separator = batch.separator ?? "\n";
  /** Those that are written to, by what the lines in them have in common. */
  const open = new Map<string, TextWriter>();
  const batches: string[] = [];
  const end = async (key: string, writer: TextWriter) => {
    batches.push((await writer.end()).uri);
    await writer[Symbol.asyncDispose]();
    open.delete(key);
  };
  try {
    const file = await places.store.open(stored);
    using _file = file;
    let current: string | undefined;
    for await (const line of linesOf(file)) {
      if (places.signal.aborted) break;
      const text = line + separator;
      const key = cut(line, text);
      if (key === undefined) continue;
      // Of those that follow each other one is finished before the next begins.
      if (key.follows && current !== undefined && current !== key.name) {
        await end(current, open.get(current)!);
      }
      current = key.name;
      let writer = open.get(key.name);
      if (writer === undefined) {
        if (open.size >= MAX_OPEN) return tooMany(uri);
        const at = `batch-${batches.length + open.size}${name}`;
        open.set(key.name, writer = await openTextWriter(places, places.from, at));
      }
      await writer.write(text);
    }
    for (const [key, writer] of open) await end(key, writer);
    return { ok: true, batches };
  } catch (error) {
    if (!(error instanceof LongLine)) throw error;
    return { ok: false, message: `Cannot split "${uri}": one of its lines is longer than 32 MiB` };
  } finally {
    for (const writer of open.values()) await writer[Symbol.asyncDispose]();
  }
}

function tooMany(uri: string): Split {
  return { ok: false, message: `Cannot split "${uri}": it comes to more than ${MAX_OPEN} parts` };
}

/** Says of each line, in their order, to which batch it goes; `undefined` for none. */
type Cut = (line: string, text: string) => {
  readonly name: string;
  /** Whether a batch is finished when the next begins. */
  readonly follows: boolean;
} | undefined;

/** How lines go to batches; a text for why they cannot. */
async function cutOf(batch: Readonly<Record<string, string>>): Promise<Cut | string> {
  if (batch.regexPattern !== undefined) return await byPattern(batch.regexPattern);
  if (batch.bytes !== undefined) {
    const most = parseSize(batch.bytes);
    return most === undefined || most < 1
      ? `bytes "${batch.bytes}" is no size, such as "10MB"`
      : following((_, text) => new TextEncoder().encode(text).length, most);
  }
  const kind = batch.partitions !== undefined ? "partitions" : "rows";
  const text = batch[kind] ?? "1";
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) {
    return `${kind} "${text}" is no whole number from 1`;
  }
  if (kind === "rows") return following(() => 1, count);
  if (count > MAX_OPEN) return `there are ${MAX_OPEN} partitions at most`;
  let at = 0;
  return () => ({ name: String(at++ % count), follows: false });
}

/** Batches one after the other, each until its lines come to `most`. */
function following(size: (line: string, text: string) => number, most: number): Cut {
  let [batch, filled] = [0, 0];
  return (line, text) => {
    if (filled >= most) [batch, filled] = [batch + 1, 0];
    filled += size(line, text);
    return { name: String(batch), follows: true };
  };
}

/** The pattern is the author's, and the lines are anybody's: RE2 matches in linear time. */
async function byPattern(pattern: string): Promise<Cut | string> {
  const { RE2JS } = await import("re2js");
  try {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > MAX_PROGRAM) return "its pattern comes to too much";
    return (line) => {
      const matcher = compiled.matcher(line);
      const key = matcher.find() && matcher.groupCount() > 0 ? matcher.group(1) : null;
      return key === null ? undefined : { name: key, follows: false };
    };
  } catch (error) {
    return `its pattern cannot be used: ${(error as Error).message}`;
  }
}

/** The lines of a file as Java reads them: ended by LF, CR or both. */
export async function* linesOf(file: Deno.FsFile): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const buffer = new Uint8Array(64 * 1024);
  let rest = "";
  for (;;) {
    const read = await file.read(buffer);
    rest += read === null
      ? decoder.decode()
      : decoder.decode(buffer.subarray(0, read), { stream: true });
    // A CR at the end may have its LF still to come.
    const whole = read === null ? rest : rest.replace(/\r$/, "");
    const lines = whole.split(/\r\n|\n|\r/);
    const last = lines.pop()!;
    yield* lines;
    rest = last + rest.slice(whole.length);
    if (rest.length > MAX_LINE) throw new LongLine();
    if (read === null) break;
  }
  if (rest !== "") yield rest;
}
