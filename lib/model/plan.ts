import type { Diagnostic } from "./diagnostic.ts";
import type { Flow, Task } from "./flow.ts";
import type { KernelRules } from "./kernel.ts";
import type { Injection } from "./located.ts";
import type { LimitValues, PolicyFile } from "./policy.ts";
import type { Because, BuiltIn, Source } from "./source.ts";

/** What kind of executor a task needs. */
export type TaskKind = "in-process" | "script" | "flowable" | "unknown";

/** Why a task, or a whole flow, may not run. */
export interface Refusal {
  /** Stable and greppable, like a diagnostic's code. */
  readonly code: Diagnostic["code"];
  readonly message: string;
  /** `policy`: someone decided so. `host`: the machine lacks something. `unsupported`: we do. */
  readonly by: "policy" | "host" | "unsupported";
  readonly source: Source | BuiltIn;
  /** Further places: the task's key beside the policy's. */
  readonly related?: readonly { readonly message: string; readonly at: Source }[];
  readonly help?: string;
}

/** One of Deno's permissions: what is granted, and what is taken out again. */
export interface Permission {
  /** `"all"`: without a list. `[]`: nothing. */
  readonly allow: "all" | readonly string[];
  readonly deny: "all" | readonly string[];
}

/** The permissions of a child, in Deno's words. */
export interface Permissions {
  readonly read: Permission;
  readonly write: Permission;
  readonly net: Permission;
  readonly env: Permission;
  readonly run: Permission;
  readonly ffi: Permission;
  readonly sys: Permission;
  readonly import: Permission;
}

/** What one layer does for a task, or why it does nothing. */
export type Layer =
  | { readonly active: true; readonly enforces: string }
  | { readonly active: false; readonly why: string };

/** The layers of one task. */
export interface Layers {
  readonly preflight: Layer;
  readonly deno: Layer;
  readonly kernel: Layer;
  readonly container: Layer;
}

/** What the executor needs beyond the argv. */
export type Program =
  | { readonly kind: "built-in" }
  | { readonly kind: "eval" }
  | { readonly kind: "plugin"; readonly module: string }
  | {
    readonly kind: "container";
    readonly engine: string;
    /** Positions in `argv` that hold the author's expressions. */
    readonly templated: readonly number[];
    /** The position of the image, which is checked again after rendering. */
    readonly image: number;
    /** The task's own variables, as written. */
    readonly env: Readonly<Record<string, string>>;
    /** The workspace is given to this user first. */
    readonly owner?: { readonly uid: number; readonly gid: number };
  };

/** Where one value of a task comes from. */
export interface Provenance {
  /** `taskRunner.type`, `commands[0]`. */
  readonly path: string;
  readonly from: Injection | "flow";
  readonly source: Source;
}

/** A child that works for the harness itself: it asks a plugin for its class, or renders. */
export interface HarnessChild {
  readonly argv: readonly string[];
  /** Absent where the kernel layer is not applied. */
  readonly kernel?: KernelRules;
}

/** How one task may run. */
export interface TaskPlan {
  readonly task: Task;
  readonly kind: TaskKind;
  readonly verdict: "run" | "refuse";
  readonly refusal?: Refusal;
  /** The exact command line; `<workspace>` and other names in angle brackets are filled in by the run. */
  readonly argv: readonly string[];
  readonly program?: Program;
  readonly permissions?: Permissions;
  /** What the kernel allows; absent where that layer is not applied. */
  readonly kernel?: KernelRules;
  readonly spawn: "allowed" | "denied";
  readonly layers: Layers;
  readonly timeoutMs?: number;
  /** What a run of it may use up; the time is `timeoutMs`. */
  readonly limits: LimitValues;
  /** One entry for each value of the task, in its order. */
  readonly provenance: readonly Provenance[];
  readonly because: readonly Because[];
}

/** How one flow may run. */
export interface FlowPlan {
  readonly flow: Flow;
  /** Tasks in file order; those inside flowables stand flat beside them. */
  readonly tasks: readonly TaskPlan[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What would run, and why so. */
export interface Plan {
  readonly policy: {
    readonly files: readonly PolicyFile[];
    readonly digest: string;
    /** What is worth a word about the policy itself. */
    readonly warnings: readonly Diagnostic[];
  };
  /** What each layer can do on this machine. */
  readonly layers: Layers;
  readonly flows: readonly FlowPlan[];
}
