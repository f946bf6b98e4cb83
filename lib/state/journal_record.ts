import * as z from "zod/mini";
import {
  type Begun,
  type Event,
  type FinishedRun,
  type KeptFile,
  StageError,
  type State,
} from "../model/mod.ts";
import { once } from "../source/once.ts";
import { readLines } from "./read_lines.ts";

/** One line of a journal. */
export type JournalRecord =
  /** The first. */
  | { readonly is: "begun"; readonly v: 1; readonly begun: Begun }
  /** Another harness goes on. */
  | { readonly is: "resumed"; readonly at: string }
  | { readonly is: "event"; readonly event: Event }
  | { readonly is: "finished"; readonly run: FinishedRun }
  | { readonly is: "labels"; readonly labels: Readonly<Record<string, string>> }
  | { readonly is: "file"; readonly file: KeptFile }
  | { readonly is: "file gone"; readonly uri: string }
  /** Its end, as far as this harness is concerned. */
  | { readonly is: "ended"; readonly state: State; readonly at: string };

/** A record, and where the next line begins, in bytes. */
export interface ReadRecord {
  readonly record: JournalRecord;
  readonly end: number;
}

const Texts = z.record(z.string(), z.string());
const Values = z.record(z.string(), z.unknown());
const STATES = ["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED"] as const;

const makeShape = once(() =>
  z.discriminatedUnion("is", [
    z.strictObject({
      is: z.literal("begun"),
      v: z.literal(1),
      begun: z.strictObject({
        execution: z.string(),
        namespace: z.string(),
        flowId: z.string(),
        inputs: Values,
        labels: Texts,
        startDate: z.string(),
        file: z.optional(z.string()),
        policy: z.string(),
      }),
    }),
    z.strictObject({ is: z.literal("resumed"), at: z.string() }),
    z.strictObject({
      is: z.literal("finished"),
      run: z.strictObject({
        key: z.string(),
        taskRun: z.string(),
        digest: z.string(),
        state: z.enum(STATES),
        outputs: Values,
      }),
    }),
    z.strictObject({ is: z.literal("labels"), labels: Texts }),
    z.strictObject({
      is: z.literal("file"),
      file: z.strictObject({
        uri: z.string(),
        name: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)),
        size: z.int().check(z.gte(0)),
      }),
    }),
    z.strictObject({ is: z.literal("file gone"), uri: z.string() }),
    z.strictObject({ is: z.literal("ended"), state: z.enum(STATES), at: z.string() }),
  ])
);

/**
 * Reads a journal record by record. A last line that its writer did not come to the end of is no
 * record: what it would have told had not happened yet.
 *
 * @throws {StageError} For a line that is damaged, with its place.
 */
export function* readJournal(path: string): Generator<ReadRecord> {
  const lines = readLines(path);
  for (let number = 1;; number++) {
    let record: unknown;
    let end: number;
    try {
      const line = lines.next();
      if (line.done) return;
      ({ end } = line.value);
      record = JSON.parse(line.value.text);
    } catch (cause) {
      if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
      throw damaged(path, number, "it is no JSON text", cause);
    }
    if (number > 1 && isEvent(record)) {
      yield { record, end };
      continue;
    }
    const parsed = makeShape().safeParse(record);
    if (!parsed.success) throw damaged(path, number, "it is not what bulkhead writes");
    if ((parsed.data.is === "begun") !== (number === 1)) {
      throw damaged(path, number, "a journal begins with how its execution was begun, once");
    }
    yield { record: parsed.data as JournalRecord, end };
  }
}

/** Most lines are events, and nothing that is decided goes by them: a schema for each would cost most. */
function isEvent(record: unknown): record is Extract<JournalRecord, { readonly is: "event" }> {
  const { is, event } = (record ?? {}) as { readonly is?: unknown; readonly event?: unknown };
  return is === "event" && typeof (event as { readonly type?: unknown } | null)?.type === "string";
}

function damaged(file: string, line: number, fact: string, cause?: unknown): StageError {
  return new StageError(
    [{
      code: "host/journal-damaged",
      severity: "error",
      message: `Cannot read the journal "${file}" at line ${line}: ${fact}`,
      at: { file, line, column: 1 },
      help: "Run the flow anew: what this execution had finished cannot be told any more",
    }],
    "host",
    { cause },
  );
}
