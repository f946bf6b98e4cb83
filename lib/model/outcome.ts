/** How a process stopped. One of these is true, so it is a union, not flags. */
export type Ending =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: string }
  | { readonly kind: "timed-out"; readonly afterMs: number }
  | { readonly kind: "interrupted" }
  /** It went over a limit of the policy, and was ended for that. */
  | { readonly kind: "limited"; readonly limit: LimitName; readonly value: number }
  | { readonly kind: "not-started"; readonly reason: string }
  /** It may have run, and how it ended is not known: its engine was gone. */
  | { readonly kind: "lost"; readonly reason: string };

/** A limit of `bulkhead.limits` other than time. */
export type LimitName = "memory" | "processes" | "files" | "output" | "workspace";

/** A state of a task run or an execution, in Kestra's words. */
export type State = "SUCCESS" | "WARNING" | "FAILED" | "KILLED" | "CANCELLED" | "SKIPPED";

/** A log level, in Kestra's words. */
export type LogLevel = "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR";

/** A measurement that a task reports. */
export interface Metric {
  readonly name: string;
  readonly type: "counter" | "timer" | "gauge";
  readonly value: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** What a task was refused while it ran. */
export interface Denial {
  /** In Deno's words: `read`, `write`, `net`, `run`, … */
  readonly permission: string;
  /** What it asked for; absent when it asked for all of it. */
  readonly value?: string;
  /** Who refused, as far as the child can tell; Deno when it is absent. */
  readonly layer?: "deno" | "kernel";
}
