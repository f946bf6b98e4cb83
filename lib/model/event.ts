import type { Denial, Ending, LimitName, LogLevel, Metric, State } from "./outcome.ts";
import type { Because } from "./source.ts";

/** What every event says. */
export interface EventHead {
  readonly v: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly execution: string;
  /** `namespace/id`. */
  readonly flow: string;
}

/** What an event about a task run says beside. */
export interface TaskHead {
  readonly task: string;
  readonly taskRun: string;
  /** Counts from 1. */
  readonly attempt: number;
}

/** What a run does, as it does it. */
export type EventBody =
  | {
    readonly type: "execution.started";
    readonly inputs: unknown;
    readonly policy: string;
    readonly labels?: Readonly<Record<string, string>>;
    /** The execution that started this one, and the task run that did. */
    readonly parent?: { readonly execution: string; readonly taskRun: string };
    /** It goes on from what an earlier harness has left of it. */
    readonly resumed?: true;
  }
  | TaskHead & {
    readonly type: "task.planned";
    readonly class: string;
    readonly kind: string;
    readonly spawn: string;
    readonly argv: readonly string[];
    readonly because: readonly Because[];
  }
  | TaskHead & {
    readonly type: "task.started";
    /** Of an in-process task: whether its process was there before. */
    readonly child?: "fresh" | "pre-started";
    /** The task run of the flowable that it is in. */
    readonly parent?: string;
    /** Which value of a loop it is for, as expressions see it. */
    readonly value?: string;
    /** Which round of a loop, from 0. */
    readonly iteration?: number;
  }
  /** It failed, and will be tried again. */
  | TaskHead & {
    readonly type: "task.retrying";
    readonly error?: string;
    /** Until the next attempt. */
    readonly afterMs: number;
  }
  /** It waits for somebody, or for a time to come: milliseconds since 1970. */
  | TaskHead & { readonly type: "task.paused"; readonly untilMs?: number }
  | TaskHead & {
    readonly type: "task.log";
    readonly level: LogLevel;
    readonly message: string;
  }
  | TaskHead & { readonly type: "task.output"; readonly name: string; readonly value: unknown }
  | TaskHead & { readonly type: "task.metric"; readonly metric: Metric }
  | TaskHead & Denial & {
    readonly type: "task.denied";
    readonly layer: "preflight" | "deno" | "kernel" | "container";
    readonly because: Because;
  }
  /** It asked for something, and was not refused; told once for each thing, and only where it is asked for. */
  | TaskHead & Denial & { readonly type: "task.accessed" }
  | TaskHead & {
    /** It ran into a limit: of that it was ended, or could not have what it asked for. */
    readonly type: "task.limited";
    readonly limit: LimitName;
    readonly value: number;
    readonly because: Because;
  }
  | TaskHead & {
    readonly type: "task.finished";
    readonly state: State;
    readonly ending?: Ending;
    readonly error?: string;
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly elapsedMs: number;
    /** It was not run: this is what became of it in the execution that is resumed. */
    readonly resumed?: true;
    /** It was not run: these are its outputs in a file of mocks. */
    readonly mocked?: true;
  }
  | {
    readonly type: "execution.finished";
    readonly state: State;
    /** The flow's own `outputs`. */
    readonly outputs?: Readonly<Record<string, unknown>>;
    /** Why it failed where no task did. */
    readonly error?: string;
    readonly elapsedMs: number;
  };

/** One thing that happened. */
export type Event = EventHead & EventBody;
