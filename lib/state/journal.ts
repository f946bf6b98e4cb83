import type {
  Begun,
  FinishedRun,
  Journal,
  KeptFile,
  LogLevel,
  LogLine,
  RunKey,
  State,
} from "../model/mod.ts";
import { type JournalRecord, readJournal } from "./journal_record.ts";
import { readLines } from "./read_lines.ts";
import { removeExecution } from "./remove_execution.ts";
import { standingRuns } from "./standing_runs.ts";

/** What a journal is written into. */
export interface JournalPlace {
  /** The execution's own directory. */
  readonly directory: string;
  /** Says that another harness is at work here; let go at the end. */
  readonly lock: Disposable;
  /** Whether it stays however the execution ends. */
  readonly keep: boolean;
  readonly now: () => Date;
  /** The complaint that something cannot be written there. */
  readonly cannotWrite: (path: string, cause: unknown) => Error;
  /** Called once when something cannot be written: the run is to stop. */
  readonly onBroken: () => void;
}

/** What was read of a journal that is there. */
export interface ReadJournal {
  readonly begun: Begun;
  /** With the labels that tasks have given it since. */
  readonly finished: ReadonlyMap<RunKey, FinishedRun>;
  readonly files: readonly KeptFile[];
  /** How it ended; absent where its harness was killed. */
  readonly ended?: State;
  /** Bytes of whole lines. */
  readonly end: number;
}

/** The file's name in the directory of its execution. */
export const JOURNAL = "journal.jsonl";

/**
 * Reads how far an execution came.
 *
 * @returns `undefined` where its harness was ended before it had begun.
 * @throws {StageError} When a line is damaged. What the system says where it cannot be read.
 */
export function readProgress(directory: string): ReadJournal | undefined {
  let begun: Begun | undefined;
  let ended: State | undefined;
  let end = 0;
  const labels: Record<string, string> = {};
  const runs = new Map<RunKey, FinishedRun>();
  const files = new Map<string, KeptFile>();
  for (const { record, end: after } of readJournal(`${directory}/${JOURNAL}`)) {
    end = after;
    if (record.is === "begun") begun = record.begun;
    else if (record.is === "resumed") ended = undefined;
    else if (record.is === "ended") ended = record.state;
    else if (record.is === "labels") Object.assign(labels, record.labels);
    else if (record.is === "file") files.set(record.file.uri, record.file);
    else if (record.is === "file gone") files.delete(record.uri);
    else if (record.is === "finished") {
      runs.delete(record.run.key); // so that the last one comes last
      runs.set(record.run.key, record.run);
    }
  }
  return begun && {
    begun: { ...begun, labels: { ...begun.labels, ...labels } },
    finished: standingRuns(runs.values()),
    files: [...files.values()],
    ...(ended !== undefined && { ended }),
    end,
  };
}

/**
 * Begins the record of an execution in a directory that has none.
 *
 * @throws What `cannotWrite` makes of it, when the first line cannot be written.
 */
export function beginJournal(place: JournalPlace, begun: Begun): Journal {
  return openJournal(place, { begun, finished: new Map(), files: [], end: 0 }, {
    is: "begun",
    v: 1,
    begun,
  });
}

/**
 * Goes on with a record that is there. What its writer did not come to the end of is cut off.
 *
 * @throws As {@linkcode beginJournal} does.
 */
export function resumeJournal(place: JournalPlace, read: ReadJournal): Journal {
  return openJournal(place, read, { is: "resumed", at: place.now().toISOString() });
}

function openJournal(place: JournalPlace, read: ReadJournal, first: JournalRecord): Journal {
  const { directory, now } = place;
  const path = `${directory}/${JOURNAL}`;
  const resumed = first.is === "resumed";
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { append: true, create: !resumed, mode: 0o600 });
  } catch (cause) {
    throw place.cannotWrite(path, cause);
  }
  let length = read.end;
  let broken: unknown;
  let open = true;
  /** Lines of the log, which nothing goes by: a task may say a million of them. */
  let logged: string[] = [];
  let loggedLength = 0;
  const log = (record: JournalRecord) => {
    const line = lineOf(record);
    logged.push(line);
    loggedLength += line.length;
    if (loggedLength > MOST_LOGGED) flush();
  };
  const flush = () => {
    if (logged.length === 0) return;
    const text = logged.join("");
    logged = [];
    loggedLength = 0;
    write(text);
  };
  const append = (record: JournalRecord) => {
    flush();
    write(lineOf(record), record === first);
  };
  const write = (text: string, isFirst = false) => {
    if (broken !== undefined || !open) return;
    const bytes = encoder.encode(text);
    try {
      const written = file.writeSync(bytes);
      // Of a regular file the rest finds no room; what there is of the line is no line.
      if (written !== bytes.length) file.writeSync(bytes.subarray(written));
      length += bytes.length;
    } catch (cause) {
      broken = cause;
      cutAfter(file, length);
      if (!isFirst) place.onBroken();
    }
  };
  const release = () => {
    if (!open) return;
    flush();
    open = false;
    file.close();
    place.lock[Symbol.dispose]();
  };
  try {
    file.truncateSync(length);
  } catch (cause) {
    release();
    throw place.cannotWrite(path, cause);
  }
  append(first);
  if (broken !== undefined) {
    release();
    throw place.cannotWrite(path, broken);
  }
  return {
    begun: read.begun,
    resumed,
    finished: read.finished,
    files: read.files,
    filesDirectory: `${directory}/files`,
    // What is planned follows from the flow, the policy and the machine, and is most of what is
    // told; single outputs are in what has finished.
    event(event) {
      if (event.type === "task.log") log({ is: "event", event });
      else if (event.type !== "task.planned" && event.type !== "task.output") {
        append({ is: "event", event });
      }
    },
    finish: (run) => append({ is: "finished", run }),
    label: (labels) => append({ is: "labels", labels }),
    keep: (kept) => append({ is: "file", file: kept }),
    forget: (uri) => append({ is: "file gone", uri }),
    logs: (least) => {
      flush();
      return readLogs(path, read.begun.execution, least);
    },
    close(state) {
      if (!open) return;
      const isDone = state === "SUCCESS" || state === "WARNING";
      if (broken === undefined && isDone && !place.keep) {
        removeExecution(directory);
        release();
        return;
      }
      append({ is: "ended", state, at: now().toISOString() });
      release();
      if (broken !== undefined) throw place.cannotWrite(path, broken);
    },
    [Symbol.dispose]: release,
  };
}

const encoder = new TextEncoder();

/** So much of the log is written at once, in UTF-16 units: what is lost of it when the harness is killed. */
const MOST_LOGGED = 64 * 1024;

function lineOf(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** A half-written line would be damage in the middle once there is room again. */
function cutAfter(file: Deno.FsFile, length: number): void {
  try {
    file.truncateSync(length);
  } catch {
    // The reader ignores a last line without an end as well.
  }
}

const LEVELS: readonly LogLevel[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];

/** Each line is looked at before it is parsed: of ten thousand task runs few lines are logs. */
function* readLogs(path: string, execution: string, least: LogLevel): Generator<LogLine> {
  const enough = LEVELS.slice(LEVELS.indexOf(least));
  for (const { text } of readLines(path)) {
    if (!text.startsWith('{"is":"event"') || !text.includes('"type":"task.log"')) continue;
    const { event } = JSON.parse(text) as JournalRecord & { readonly is: "event" };
    if (event.type !== "task.log" || !enough.includes(event.level)) continue;
    // Those that it has started tell their events here as well.
    if (event.execution !== execution) continue;
    const { at, task, taskRun, attempt, level, message } = event;
    yield { at, task, taskRun, attempt, level, message };
  }
}
