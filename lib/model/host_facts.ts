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
  /** Sends `zod` and `bulkhead` to the copies here. */
  readonly importMap: string;
  /** The same, and stands before the modules of Node, for classes that may not spawn. */
  readonly guardedImportMap: string;
  /** What plugins may read beside their own module. */
  readonly modules: readonly string[];
}

/** A container engine that answered. */
export interface Engine {
  /** Absolute path of the client. */
  readonly client: string;
  readonly version: string;
  /** Where the client reaches it: `unix:///…`. */
  readonly host: string;
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
  /**
   * What the scripts of Evals import by name, by the script's place (`file:line:column`). A
   * script that is not here imports nothing by name.
   */
  readonly scriptImports: ReadonlyMap<string, readonly ModuleImport[]>;
}
