import type { Denial, LogLevel, Metric } from "./outcome.ts";

/** What the harness hands a child on standard input, as one line of JSON. */
export interface Job {
  readonly v: 1;
  /** What to do with it. */
  readonly work:
    /** Run a task that is part of bulkhead. */
    | { readonly kind: "built-in"; readonly type: string }
    /** Run the script in `task.script`. */
    | { readonly kind: "eval" }
    /** Load this module and run it. */
    | { readonly kind: "plugin"; readonly module: string }
    /** Load this module and say what class it implements; nothing is run. */
    | { readonly kind: "describe"; readonly module: string }
    /** Render these texts and nothing else. */
    | { readonly kind: "render"; readonly texts: readonly string[] };
  /** The task's properties, not yet rendered. */
  readonly task: Readonly<Record<string, unknown>>;
  /** What expressions and scripts see: `inputs`, `outputs`, `vars`, `flow`, … */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The secrets whose names stand in the task's expressions. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly runIf?: string;
  /** The child's working directory; absent where it has none. */
  readonly workspace?: string;
  /** Whether the class may make threads; a child that may not is guarded. */
  readonly spawn: boolean;
}

/** What a child says on standard output: RS (U+001E), JSON, LF. */
export type ChildRecord =
  | { readonly type: "log"; readonly level: LogLevel; readonly message: string }
  | { readonly type: "metric"; readonly metric: Metric }
  /** Said when it happens, also where the task catches the error. */
  | { readonly type: "denied"; readonly denial: Denial }
  | Result;

/** The last record of a child. A child that ends without one has failed. */
export type Result =
  | { readonly type: "result"; readonly state: "success"; readonly outputs: unknown }
  | { readonly type: "result"; readonly state: "skipped" }
  | {
    readonly type: "result";
    readonly state: "failed";
    readonly message: string;
    /** Set when the task failed because of a permission it does not have. */
    readonly denial?: Denial;
    readonly outputs?: unknown;
  };
