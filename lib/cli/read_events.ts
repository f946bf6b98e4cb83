import { type Diagnostic, type Event, StageError } from "../model/mod.ts";
import { joinBytes } from "../source/join_bytes.ts";

/** One line of a recorded run: an event, or what is wrong with it. */
export type RecordedLine =
  | { readonly number: number; readonly event: Event }
  | { readonly number: number; readonly problem: Diagnostic };

/** A longer line is not read: what a run says in one is bounded by far less. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const LF = 0x0a;

/**
 * Reads what `run --json` has said, line by line: never more of it at a time than one line and a chunk.
 *
 * A line that is no event is given as a complaint, and the next one is read. Events of types that are
 * not known here are given as they are.
 *
 * @param path `-` is standard input.
 * @throws {StageError} When the file cannot be read, or when an event is of another version: then
 * nothing in it may mean what it seems to.
 */
export async function* readEvents(path: string): AsyncGenerator<RecordedLine> {
  let number = 0;
  for await (const line of linesOf(await open(path), path)) {
    number++;
    const at = { file: path, line: number, column: 1 };
    if (line === undefined) {
      yield damaged(number, at, `it is longer than ${MAX_LINE_BYTES >> 20} MiB`);
      continue;
    }
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(line);
    } catch {
      yield damaged(number, at, "it is not UTF-8");
      continue;
    }
    if (text.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      yield damaged(number, at, "it is no JSON, or not all of it");
      continue;
    }
    const fact = faultOf(value, path, number);
    yield fact === undefined ? { number, event: value as Event } : damaged(number, at, fact);
  }
}

async function open(path: string): Promise<ReadableStream<Uint8Array>> {
  if (path === "-") {
    if (!Deno.stdin.readable.locked) return Deno.stdin.readable;
    throw unreadable(path, new Error("standard input was read already"));
  }
  try {
    const file = await Deno.open(path);
    if ((await file.stat()).isDirectory) {
      file.close();
      throw new Error("it is a directory");
    }
    return file.readable;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Lines without their ends; `undefined` for one that is too long. The last one may have no end. */
async function* linesOf(
  stream: ReadableStream<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array | undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = () => {
    const line = length > MAX_LINE_BYTES ? undefined : joinBytes(parts);
    [parts, length] = [[], 0];
    return line;
  };
  try {
    for await (const chunk of stream) {
      let from = 0;
      for (let to; (to = chunk.indexOf(LF, from)) >= 0; from = to + 1) {
        parts.push(chunk.subarray(from, to));
        length += to - from;
        yield take();
      }
      length += chunk.length - from;
      // Of what is too long nothing is kept.
      if (length > MAX_LINE_BYTES) parts = [];
      else if (from < chunk.length) parts.push(chunk.slice(from));
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (length > 0) yield take();
}

/** What keeps a value from being an event; of what is read here everything is looked at. */
function faultOf(value: unknown, file: string, line: number): string | undefined {
  if (!isMap(value)) return "it is no object";
  if (value.v === undefined && value.type === undefined) return 'it has no "v" and no "type"';
  if (value.v !== 1) {
    throw new StageError([{
      code: "run/events-version",
      severity: "error",
      message: `Cannot read events of version ${JSON.stringify(value.v) ?? "none"}: this ` +
        "bulkhead reads version 1",
      at: { file, line, column: 1 },
    }]);
  }
  const missing = (keys: readonly string[]) => keys.find((it) => typeof value[it] !== "string");
  const wants = WANTED[String(value.type)] ?? [];
  const lacks = missing(["type", "execution", "flow", ...wants]);
  if (lacks !== undefined) return `it has no text "${lacks}"`;
  if (
    value.value !== undefined && wants.includes("permission") && typeof value.value !== "string"
  ) {
    return '"value" is no text';
  }
  if (value.type === "task.denied" && !isBecause(value.because)) return '"because" is no reason';
  if (value.type === "task.planned") {
    if (!isListOf(value.argv, (it) => typeof it === "string")) return '"argv" is no list of texts';
    if (!isListOf(value.because, isBecause)) return '"because" is no list of reasons';
  }
  return undefined;
}

const WANTED: Readonly<Record<string, readonly string[]>> = {
  "task.planned": ["task", "class", "kind", "spawn"],
  "task.denied": ["task", "permission", "layer"],
  "task.accessed": ["task", "permission"],
};

function isBecause(value: unknown): boolean {
  return isMap(value) && typeof value.effect === "string" && typeof value.rule === "string" &&
    (value.source === "built-in" || isSource(value.source));
}

function isSource(value: unknown): boolean {
  return isMap(value) && typeof value.file === "string" &&
    [value.line, value.column].every((it) => Number.isSafeInteger(it) && Number(it) > 0);
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(number: number, at: Diagnostic["at"] & object, fact: string): RecordedLine {
  return {
    number,
    problem: {
      code: "run/damaged-event",
      severity: "warning",
      message: `Cannot read line ${number} of "${at.file}": ${fact}`,
      at,
    },
  };
}

function unreadable(path: string, cause: unknown): StageError {
  const fact = cause instanceof Deno.errors.NotFound
    ? "there is no such file"
    : cause instanceof Deno.errors.PermissionDenied
    ? "permission denied"
    : (cause as Error).message.replace(/ \(os error \d+\).*$/s, "");
  return new StageError(
    [{
      code: "run/events-unreadable",
      severity: "error",
      message: `Cannot read events of "${path}": ${fact}`,
    }],
    "input",
    { cause },
  );
}
