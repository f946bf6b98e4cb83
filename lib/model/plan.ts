import type { ContainerSpec, ContainerUser, PullPolicy, Transport } from "./container.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { TaskMock } from "./fixtures.ts";
import type { Flow, Task } from "./flow.ts";
import type { Engine } from "./host_facts.ts";
import type { KernelRules } from "./kernel.ts";
import type { Injection } from "./located.ts";
import type { ImageRules, LimitValues, PolicyFile } from "./policy.ts";
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
  /** What is not granted is not there, and asking for it is no denial. */
  readonly rest?: "absent";
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
  /** A script in a container. */
  | ContainerProgram
  /** A script on the host, inside the kernel layer: `argv` is what runs in the end. */
  | ProcessProgram
  /** A script in a Deno child, which `argv` starts. */
  | ScriptModuleProgram;

/** A script on the host. */
export interface ProcessProgram {
  readonly kind: "process";
  readonly work: ScriptWork;
  /** Variables of the harness that it may see. */
  readonly env: readonly string[];
}

/** A script that is a module, in a Deno child. */
export interface ScriptModuleProgram {
  readonly kind: "script";
  readonly work: ScriptWork & { readonly scriptFile: NonNullable<ScriptWork["scriptFile"]> };
  /** What its text may be; which of the two is decided by what it says. */
  readonly form: "module" | "module or CommonJS";
  /** Variables of the harness that it may see. */
  readonly env: readonly string[];
}

/** A script in a container. */
export interface ContainerProgram {
  readonly kind: "container";
  readonly work: ScriptWork;
  readonly engine: Engine;
  readonly transport: Transport;
  /** Placeholders are filled in by the run, and so are command and environment. */
  readonly spec: ContainerSpec;
  /** The image is checked against them when its expressions are rendered. */
  readonly images: ImageRules;
  readonly pull: PullPolicy;
  /** `MOUNT`: the workspace is mounted. `VOLUME`: files are copied in, and out again. */
  readonly files: "MOUNT" | "VOLUME";
  /** The workspace is given to this user first. */
  readonly owner?: ContainerUser;
  /** Between being asked to end and being ended; 0 asks for nothing. */
  readonly killGraceMs: number;
  /** Whether a container that a dead harness left with the same work is taken up again. */
  readonly resume: boolean;
  /** Of registries, as written: never in the workspace, an argv or a log. */
  readonly credentials?: RegistryCredentials;
}

/** What logs in to registries, as the task writes it; holds expressions. */
export interface RegistryCredentials {
  /** `credentials` of the runner. */
  readonly login?: Readonly<Record<string, string>>;
  /** `config` of the runner: the text of a `config.json`, or what stands in it. */
  readonly config?: unknown;
}

/** What a script task asks for, as written: every text in it may hold expressions. */
export interface ScriptWork {
  /** The interpreter, and everything it is to run as one argument. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** A file that the script itself goes to, in the workspace, by its name. */
  readonly scriptFile?: { readonly name: string; readonly text: string };
  /** Files by name (null: empty), or an expression that gives them. */
  readonly inputFiles: Readonly<Record<string, string | null>> | string;
  /** Globs, and `regex:…`. */
  readonly outputFiles: readonly string[];
  /** Whether every file in the output directory is an output. */
  readonly outputDirectory: boolean;
  readonly namespaceFiles?: NamespaceFilesWork;
  /** What input files may name with `file://`, with what is below: real paths. Absent: nothing. */
  readonly localFiles?: readonly string[];
}

/** Which files of namespaces a script gets. */
export interface NamespaceFilesWork {
  readonly namespaces: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** What happens where a file is there already. */
  readonly ifExists: "OVERWRITE" | "FAIL" | "WARN" | "IGNORE";
  readonly folderPerNamespace: boolean;
}

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
  /** What stands in for it: where one of them holds, nothing of the task is run. */
  readonly mocks?: readonly TaskMock[];
}

/** How one flow may run. */
export interface FlowPlan {
  readonly flow: Flow;
  /** Tasks in file order; those inside flowables stand flat beside them. */
  readonly tasks: readonly TaskPlan[];
  readonly diagnostics: readonly Diagnostic[];
  /** What its FILE inputs may name with `file://`, with what is below: real paths. Absent: nothing. */
  readonly localFiles?: readonly string[];
}

/** What a task that starts another flow comes to: a plan of which all may run, or the reason against it. */
export type SubflowPlan = { readonly plan: FlowPlan } | { readonly refused: string };

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
