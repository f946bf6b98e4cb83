import type { Transport } from "./container.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Located, LocatedMap } from "./located.ts";
import type { Pattern, RulePolicy } from "./rule_policy.ts";
import type { Source, Sourced } from "./source.ts";

/** Values that are merged into every task of a class. */
export interface PluginDefault {
  /** A class or any text its name begins with, as Kestra matches it. */
  readonly type: Sourced<string>;
  /** Given to what names it with `pluginDefaultsRef`, and to nothing else. */
  readonly ref?: Sourced<string>;
  /** A forced value beats the task's own. */
  readonly forced: boolean;
  readonly values: LocatedMap;
}

/** Whose forced values win where several set one key (Kestra changed its mind twice). */
export type ForcedPrecedence = "admin" | "flow-first" | "ignore-flow-forced";

/** What the kernel layer must be: demanded, used where it is, or left out. */
export type KernelMode = "require" | "prefer" | "off";

/** Who may create threads and processes: what the class prefixes say, or nobody. */
export type SpawnMode = "by-class" | "never";

/** Ceilings for one task run. A missing key sets no ceiling of its own. */
export interface Limits {
  readonly timeoutMs?: Sourced<number>;
  /** Heap, buffers and WebAssembly; what the runtime needs for itself comes on top. */
  readonly memoryBytes?: Sourced<number>;
  /** Processes and threads, the runtime's own among them. */
  readonly processes?: Sourced<number>;
  /** Open files of one process. */
  readonly files?: Sourced<number>;
  /** All that it says on standard output and standard error, records of outputs included. */
  readonly outputBytes?: Sourced<number>;
  /** All files in its workspace, and each file that it writes anywhere. */
  readonly workspaceBytes?: Sourced<number>;
}

/** {@linkcode Limits} without their places. */
export type LimitValues = { readonly [K in keyof Limits]?: number };

/** Hosts a task may reach. */
export interface NetworkRules {
  /** `undefined`: not restricted by list. `[]`: nothing may be reached. */
  readonly allow?: readonly Sourced<string>[];
  readonly deny: readonly Sourced<string>[];
}

/** One entry of the lists of plugins: a name, or a regular expression. */
export interface PluginPattern extends Sourced<string> {
  /** Matches whole names. */
  readonly pattern: Pattern;
}

/** Which classes may be used at all. */
export interface PluginRules {
  /** One list for each file that has one; a class must be in every list. */
  readonly includes: readonly (readonly PluginPattern[])[];
  readonly excludes: readonly PluginPattern[];
}

/** Which images containers may be made of. */
export interface ImageRules {
  /** One list for each file that has one; an image must match a pattern of every list. */
  readonly allow: readonly (readonly Sourced<string>[])[];
  readonly deny: readonly Sourced<string>[];
  /** Where it is said that an image must be named by its digest. */
  readonly digestRequired?: Source;
}

/** A path of the host that containers may mount, with what is below it. */
export interface VolumeRule extends Sourced<string> {
  readonly readOnly: boolean;
}

/** What containers may have at most. */
export interface ContainerRules {
  /** `docker`, `podman`, `nerdctl`, or an absolute path of a client that speaks like them. */
  readonly engine?: Sourced<string>;
  /** How the engine is spoken to; `auto`, the default, is the faster way where it is there. */
  readonly transport?: Sourced<"auto" | Transport>;
  readonly images: ImageRules;
  /** Networks a container may use; the first is the one it gets. Empty: `none`. */
  readonly networks: readonly Sourced<string>[];
  /** `uid:gid` a container may run as; the first is the one it gets. Empty: the harness chooses. */
  readonly users: readonly Sourced<string>[];
  /** Given to every container, without `CAP_`. Empty: none. */
  readonly capabilities: readonly Sourced<string>[];
  /** Absolute paths; empty: none may be mounted. */
  readonly volumes: readonly VolumeRule[];
  /** Drivers that a container may request devices of. */
  readonly devices: readonly Sourced<string>[];
  /** Ports of the host that containers may be reached at: `8080`, `9000-9010`. */
  readonly ports: readonly Sourced<string>[];
  /** Whether the root file system may be written; it may not unless all files say so. */
  readonly writableRoot: Sourced<boolean> | undefined;
  /** Ceilings, in processors and bytes; those of `limits` hold beside them. */
  readonly cpus?: Sourced<number>;
  readonly memory?: Sourced<number>;
  readonly shm?: Sourced<number>;
  readonly tmp?: Sourced<number>;
}

/** Which scripts need no container. */
export interface ScriptRules {
  /** Languages whose scripts run in a Deno child: `deno`, `node`, `bun`. */
  readonly inProcess: readonly Sourced<string>[];
}

/** Policy files, read and merged: what any task of any flow may do. */
export interface Policy {
  readonly files: readonly PolicyFile[];
  /** `sha256:…` of what the policy means. */
  readonly digest: string;
  /** Neither read nor written by any task, nor anything below them. */
  readonly forbiddenPaths: readonly Sourced<string>[];
  /**
   * One list for each file that has one; a class must match in every list to spawn.
   * No list at all: classes are not restricted this way.
   */
  readonly authorizedClassPrefixes: readonly (readonly Sourced<string>[])[];
  /** A class that matches one may not spawn, whatever else is said. */
  readonly forbiddenClassPrefixes: readonly Sourced<string>[];
  readonly spawn: { readonly value: SpawnMode; readonly source?: Source };
  /** The places that say `enabled: false`: those blocks have no effect. */
  readonly disabledAt: readonly Source[];
  /** Outermost file first, in file order. */
  readonly defaults: readonly PluginDefault[];
  readonly forcedPrecedence: ForcedPrecedence;
  /** Reading: `open` is everything but the forbidden, `closed` workspace and allowed paths. */
  readonly filesystem: { readonly value: "open" | "closed"; readonly source?: Source };
  /** Readable where the file system is closed. */
  readonly allowedPaths: readonly Sourced<string>[];
  readonly writable: readonly Sourced<string>[];
  readonly kernel: { readonly value: KernelMode; readonly source?: Source };
  readonly network: NetworkRules;
  /** Variables of the harness that in-process tasks may see. */
  readonly env: readonly Sourced<string>[];
  readonly limits: Limits;
  readonly containers: ContainerRules;
  readonly scripts: ScriptRules;
  readonly plugins: PluginRules;
  /** The policies of Kestra 2.0, outermost file first. */
  readonly rules: readonly RulePolicy[];
  /** What is worth a word, and stops nothing. */
  readonly warnings: readonly Diagnostic[];
  /** What each of its files promises of itself (`bulkhead.tests`), as it is written. */
  readonly tests?: readonly Located[];
}

/** One file of a chain of policies. */
export interface PolicyFile {
  readonly file: string;
  /** `sha256:…` of its bytes. */
  readonly digest: string;
}
