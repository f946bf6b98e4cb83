import type { Event } from "./event.ts";
import type { LogLevel, State } from "./outcome.ts";

/**
 * Which task run of an execution, whatever its id: the task's place in the flow, and the rounds of
 * every loop around it, from the outermost: `tasks[1].tasks[0]@0,3`.
 */
export type RunKey = string;

/** What became of a task run that has ended, secrets and all: what a resumed execution takes it from. */
export interface FinishedRun {
  readonly key: RunKey;
  readonly taskRun: string;
  /** Of the task as it was written then; another text is another task. */
  readonly digest: string;
  readonly state: State;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What an execution was begun with. */
export interface Begun {
  readonly execution: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly startDate: string;
  /** The flow's file, absolute; absent where it was standard input's or a bundle's. */
  readonly file?: string;
  /** The digest of the policy. */
  readonly policy: string;
}

/** A file that the execution has stored, as its record knows it. */
export interface KeptFile {
  readonly uri: string;
  /** In `filesDirectory`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** One line of an execution's log. */
export interface LogLine {
  readonly at: string;
  readonly task: string;
  readonly taskRun: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly level: LogLevel;
  readonly message: string;
}

/**
 * The record of one execution, to which lines are only ever added: what is in it when a call returns
 * outlives the harness, whatever ends it. A power cut may take the last seconds of it.
 *
 * No call throws for a disk that is full: the run is asked to stop, and `close()` says why.
 */
export interface Journal extends Disposable {
  /** As it was begun the first time. */
  readonly begun: Begun;
  /** Where the execution's stored files lie: beside the record, and as long-lived. */
  readonly filesDirectory: string;
  /** Whether an earlier harness has begun it. */
  readonly resumed: boolean;
  /**
   * What earlier harnesses have finished of it and need not be done again: task runs that went well,
   * and handlers (`errors`, `finally`) whose occasion was not a failure that is tried again.
   */
  readonly finished: ReadonlyMap<RunKey, FinishedRun>;
  /** Files that earlier harnesses have stored. */
  readonly files: readonly KeptFile[];
  /** Remembers a stored file, which is whole on the disk; a later size takes the place of an earlier. */
  keep(file: KeptFile): void;
  /** A stored file is no more. */
  forget(uri: string): void;
  event(event: Event): void;
  finish(run: FinishedRun): void;
  /** What tasks of the execution itself have logged so far, oldest first: read as they are asked for. */
  logs(least: LogLevel): Iterable<LogLine>;
  /** Labels that tasks have given the execution. */
  label(labels: Readonly<Record<string, string>>): void;
  /**
   * The execution has ended; what ended well needs no record unless it is kept.
   *
   * @throws {StageError} When something could not be written.
   */
  close(state: State): void;
}
