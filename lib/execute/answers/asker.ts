import type { Answer, KeyValueStore, LogLevel } from "../../model/mod.ts";
import type { FileStore, Origin } from "../files/file_store.ts";

/** Whose question it is, and what may be reached for it. */
export interface Asker {
  /** The flow's. */
  readonly namespace: string;
  readonly flow: string;
  /** The task run. */
  readonly from: Origin;
  /** The execution's own: nothing else can be found through it. */
  readonly files: FileStore;
  /** Bytes that this task run may store; absent: any number. */
  readonly maxStoredBytes?: number;
  /** Opens what outlives executions, when it is first needed; absent where nothing is kept. */
  readonly store?: () => Promise<KeyValueStore>;
  /** The execution's, which a task adds to. */
  readonly labels: Map<string, string>;
  readonly logs: LogBook;
}

/** A log line, under the names that Kestra's `log.Fetch` stores it with. */
export interface LogLine {
  readonly timestamp: string;
  readonly level: LogLevel;
  readonly taskId: string;
  readonly taskRunId: string;
  readonly attemptNumber: number;
  readonly message: string;
}

/** What one execution has logged, as far as it is kept. */
export interface LogBook {
  add(line: LogLine): void;
  /** Oldest first. Where older lines were dropped the first line says how many. */
  fetch(level: LogLevel, tasks?: readonly string[]): readonly LogLine[];
}

/** Refuses a question, with words that the task fails with. */
export function refuse(message: string): Answer {
  return { ok: false, message };
}
