import type { Denial, LogLevel, Metric } from "./outcome.ts";

/**
 * What the harness tells a child at its start, as the first line of its standard input: what can be
 * done before there is work.
 */
export interface Preparation {
  readonly v: 1;
  /** Whether the class may make threads; a child that may not is guarded. */
  readonly spawn: boolean;
  /** Whether there will be expressions to render. */
  readonly expressions: boolean;
}

/** A stored file, as much of it as a child is handed. */
export interface HandedFile {
  /** Bytes. */
  readonly size: number;
  /** As UTF-8, what is none replaced; absent where the files together are too large to be handed. */
  readonly text?: string;
}

/** What the harness hands a child to do, as the second line. */
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
    /** Load the module of a script task, and end as it does. */
    | {
      readonly kind: "script";
      /** Its name in the workspace. */
      readonly file: string;
      /** What its text may be; which of the two is decided by what it says. */
      readonly form: "module" | "module or CommonJS";
      /** Set for the script, and not for the runtime that reads it. */
      readonly env: Readonly<Record<string, string>>;
    }
    /** Load this module and say what class it implements; nothing is run. */
    | { readonly kind: "describe"; readonly module: string }
    /** Do one {@linkcode Rendering} after the other, each told by a line, until standard input ends. */
    | { readonly kind: "renderer" };
  /** The task's properties, not yet rendered. */
  readonly task: Readonly<Record<string, unknown>>;
  /** What expressions and scripts see: `inputs`, `outputs`, `vars`, `flow`, … */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The secrets whose names stand in the task's expressions. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly runIf?: string;
  /** Stored files by their URIs, of those that expressions may ask for; absent where none does. */
  readonly files?: Readonly<Record<string, HandedFile>>;
  /** The child's working directory; absent where it has none. */
  readonly workspace?: string;
}

/** What a renderer is told to render, and with what; its answer is a {@linkcode Result}. */
export interface Rendering extends Pick<Job, "variables" | "secrets" | "files"> {
  /** Every text in it is rendered, keys of maps as well. */
  readonly value: unknown;
}

/** Where an expression stands that could not be rendered. */
export interface ExpressionPlace {
  /** The whole text, as it was before it was rendered. */
  readonly text: string;
  /** In the text, in UTF-16 code units. */
  readonly offset: number;
}

/** What a child says on standard output: RS (U+001E), JSON, LF. */
export type ChildRecord =
  | { readonly type: "log"; readonly level: LogLevel; readonly message: string }
  | { readonly type: "metric"; readonly metric: Metric }
  /** Asks the harness for what a task reaches only through it, and waits for the answer. */
  | { readonly type: "ask"; readonly question: Question }
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
    /** Set when an expression could not be rendered. */
    readonly at?: ExpressionPlace;
    readonly outputs?: unknown;
  };

/**
 * What a child asks while it works, one question at a time. The answer comes as the next line of its
 * standard input. What a task may ask is decided by the harness, never by the child.
 */
export type Question =
  /** The value of a key, `undefined` in the answer where there is none. Of the flow's namespace unless
   * another is named. */
  | { readonly about: "kv"; readonly do: "get"; readonly key: string; readonly namespace?: string }
  | {
    readonly about: "kv";
    readonly do: "set";
    readonly key: string;
    readonly value: unknown;
    /** Milliseconds from now; without it the value stays. */
    readonly ttlMs?: number;
    /** Whether a key that is there already may get another value. */
    readonly overwrite: boolean;
    readonly namespace?: string;
  }
  | {
    readonly about: "kv";
    readonly do: "delete";
    readonly key: string;
    readonly namespace?: string;
  }
  | {
    readonly about: "kv";
    readonly do: "keys";
    readonly prefix: string;
    readonly namespace?: string;
  }
  /** A flow's state (`core.state`): a map by name. */
  | { readonly about: "state"; readonly do: "get" | "delete"; readonly name: string }
  | { readonly about: "state"; readonly do: "set"; readonly name: string; readonly value: unknown }
  /** A stored file by its URI (`kestra:///…`), in base64 and in parts: `undefined` where there is none. */
  | {
    readonly about: "file";
    readonly do: "read";
    readonly uri: string;
    readonly offset: number;
    /** Bytes, a MiB at most. */
    readonly length: number;
  }
  | { readonly about: "file"; readonly do: "size" | "delete"; readonly uri: string }
  /** Stores a file, or its next part; the answer is its URI. */
  | {
    readonly about: "file";
    readonly do: "write";
    readonly name: string;
    /** Of the file that the part is added to. */
    readonly uri?: string;
    readonly base64: string;
  }
  /** Labels of the execution; what is set is merged into what it has. */
  | {
    readonly about: "labels";
    readonly do: "set";
    readonly labels: Readonly<Record<string, string>>;
  }
  /** Log lines of this execution, oldest first. */
  | {
    readonly about: "logs";
    readonly do: "fetch";
    /** The least level. */
    readonly level: LogLevel;
    /** Absent: of all tasks. */
    readonly tasks?: readonly string[];
  }
  /**
   * How the execution went so far. `errorLogs`: a list of `{ taskId, taskRunId, level, message,
   * timestamp }`, oldest first. `tasksWithState`: a list of `{ taskId, taskRunId, value, state }`, those of one state
   * where it is named.
   */
  | { readonly about: "execution"; readonly do: "errorLogs" }
  | { readonly about: "execution"; readonly do: "tasksWithState"; readonly state?: string }
  /** A file of the flow's namespace, as {@linkcode Question} about `file`: `undefined` where there is none. */
  | {
    readonly about: "namespaceFile";
    readonly do: "read";
    /** Below the namespace's directory, without `/` in front. */
    readonly path: string;
    readonly offset: number;
    /** Bytes, a MiB at most. */
    readonly length: number;
  }
  | { readonly about: "namespaceFile"; readonly do: "size"; readonly path: string };

/** What the harness says to a {@linkcode Question}. */
export type Answer =
  | { readonly ok: true; readonly value?: unknown }
  /** The task fails with these words, unless it catches them. */
  | { readonly ok: false; readonly message: string };
