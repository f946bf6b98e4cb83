import type { EngineKind } from "./container.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Kernel } from "./kernel.ts";
import type { ModuleImport } from "./module_import.ts";

/** Something the machine has, or why it has not. */
export type Found<T> =
  | { readonly found: true; readonly value: T }
  | { readonly found: false; readonly problem: Diagnostic };

/** The Deno that runs the children. */
export interface Runtime {
  readonly path: string;
  readonly version: string;
}

/** The bundled code of the children, and what plugins may import. */
export interface ChildCode {
  /** The directory that holds all of it. */
  readonly directory: string;
  readonly builtIn: string;
  readonly eval: string;
  readonly plugin: string;
  /** Runs a script task's own module. */
  readonly script: string;
  /** Sends `zod` and `bulkhead` to the copies here. */
  readonly importMap: string;
  /** The same, and stands before the modules of Node, for classes that may not spawn. */
  readonly guardedImportMap: string;
  /** What plugins may read beside their own module. */
  readonly modules: readonly string[];
}

/** A container engine that answered. */
export interface Engine {
  readonly kind: EngineKind;
  /** Absolute path of the client. */
  readonly client: string;
  readonly version: string;
  /** Where the client reaches it: `unix:///…`, `tcp://…`, `ssh://…`; empty for one that needs no address. */
  readonly host: string;
  /** Whether it runs as an ordinary user: a container's root is that user then. */
  readonly rootless: boolean;
  /** Whether it is on this machine, and sees its files. */
  readonly isLocal: boolean;
  /** A socket of this machine at which it speaks docker's HTTP API: an absolute path. */
  readonly api?: string;
  /** What it cannot do that a policy or a task may ask for, in words. */
  readonly lacks: readonly string[];
  /** Why it is this one, in words; absent where nobody chose. */
  readonly chosen?: string;
  /** What its containers may use up without end, whatever they are told: there are no such limits here. */
  readonly unlimited?: readonly ("memory" | "processes" | "cpus")[];
  /** The most it can give a process, where it would give more by itself and fail. */
  readonly ulimits?: { readonly nofile?: number; readonly nproc: number };
  /** Variables that its client finds it by, beside `host`, and settings of its user. */
  readonly clientEnv?: Readonly<Record<string, string>>;
}

/** A class that a user's module implements. */
export interface PluginModule {
  readonly type: string;
  /** Absolute, real path of the module. */
  readonly module: string;
  /** The directory it was loaded from; its imports may reach this far. */
  readonly directory: string;
  /** Names of its properties; `undefined` when it has no schema. */
  readonly properties?: readonly string[];
  /** How many modules of that directory were read before this one was loaded. */
  readonly modulesRead?: number;
}

/** A path that no task may touch, whatever a policy says. */
export interface BuiltInPath {
  readonly path: string;
  /** What it is, for a person: `the container engine's socket`. */
  readonly what: string;
}

/** What is known of one directory along a forbidden path. */
export interface Listing {
  /** Names in it; a link is named with the real path it leads to. */
  readonly entries: readonly { readonly name: string; readonly target?: string }[];
}

/** Another way to a closed path, that was there before the run. */
export interface Alias {
  readonly kind: "symbolic link" | "movable link" | "hard link" | "mount";
  readonly path: string;
  /** What it leads to, or would lead to when it is moved; of a hard link its other name. */
  readonly leadsTo: string;
  /** The closed path that is touched. */
  readonly closed: string;
}

/** What a search for ways around closed paths came to. */
export interface Aliases {
  readonly found: readonly Alias[];
  /** Closed trees that hold files with names nobody found: the first of these files, and how many. */
  readonly unnamed: readonly {
    readonly closed: string;
    readonly first: string;
    readonly count: number;
  }[];
  /** Trees that were too large to be searched whole. */
  readonly unsearched: readonly string[];
}

/** What this machine is and has, taken once before planning. */
export interface HostFacts {
  readonly os: string;
  readonly uid: number;
  readonly gid: number;
  readonly runtime: Found<Runtime>;
  readonly childCode: Found<ChildCode>;
  /** What the kernel layer can be made of; not looked for where the policy wants none. */
  readonly kernel: Found<Kernel>;
  readonly engine: Found<Engine>;
  /** What children can be counted by, tree by tree; absent where none of it can be used. */
  readonly cgroups?: readonly ("pids" | "memory")[];
  readonly builtInPaths: readonly BuiltInPath[];
  /** Workspaces are made below this directory. */
  readonly workspaceRoot: string;
  /** Real paths of the paths that a policy names, where they differ from the written. */
  readonly realPaths: ReadonlyMap<string, string>;
  readonly aliases: Aliases;
  /** Directories on the way to a path that must stay closed, by path. */
  readonly listings: ReadonlyMap<string, Listing>;
  readonly plugins: readonly PluginModule[];
  /** Where the files of namespaces lie, a directory for each: a real path. */
  readonly namespaceFiles?: string;
  /** Directories of plugins that the harness laid itself, in what is closed to all else. */
  readonly pluginsLaid?: readonly string[];
  /**
   * Interpreters that tasks name by an absolute path, by that path: their real path, or `undefined`
   * where there is none. What is not here was not looked for.
   */
  readonly programs?: ReadonlyMap<string, string | undefined>;
  /**
   * What the scripts of in-process tasks import by name, by the script's place (`file:line:column`). A
   * script that is not here imports nothing by name.
   */
  readonly scriptImports: ReadonlyMap<string, readonly ModuleImport[]>;
}
