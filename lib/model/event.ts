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
  | { readonly type: "execution.started"; readonly inputs: unknown; readonly policy: string }
  | TaskHead & {
    readonly type: "task.planned";
    readonly class: string;
    readonly kind: string;
    readonly spawn: string;
    readonly argv: readonly string[];
    readonly because: readonly Because[];
  }
  | TaskHead & { readonly type: "task.started" }
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
  }
  | {
    readonly type: "execution.finished";
    readonly state: State;
    readonly elapsedMs: number;
  };

/** One thing that happened. */
export type Event = EventHead & EventBody;
