import type { Engine, Found, Runtime } from "./host_facts.ts";
import type { Kernel } from "./kernel.ts";
import type { TrialResult } from "./trial.ts";

/** Groups of processes that the kernel counts and limits together. */
export interface Cgroups {
  /** `1` and `2` may be there at once; then a controller belongs to one of them. */
  readonly controllers: readonly {
    readonly name: string;
    readonly version: 1 | 2;
    /** Whether this user can make a group below the harness's own that has this controller. */
    readonly writable: boolean;
  }[];
}

/** Whether this user may make a user namespace. */
export interface UserNamespaces {
  /** `unknown` where there is no program to try it with. */
  readonly allowed: "yes" | "no" | "unknown";
  /** What the kernel's settings say, by name; only those that it has. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What this machine offers to isolate tasks with. */
export interface Machine {
  readonly os: string;
  /** Of the system's kernel. */
  readonly release: string;
  readonly arch: string;
  readonly uid: number;
  readonly gid: number;
  readonly kernel: Found<Kernel>;
  /** What a seccomp filter may answer here; empty where there are no filters. */
  readonly seccomp: readonly string[];
  readonly userNamespaces: UserNamespaces;
  readonly cgroups: Cgroups;
  /** By what a limit can be enforced; `undefined`: by nothing. */
  readonly limits: { readonly processes: string | undefined; readonly memory: string };
  readonly engine: Found<Engine>;
  /** Other clients of engines on `PATH`. */
  readonly clients: readonly { readonly name: string; readonly path: string }[];
  readonly runtime: Found<Runtime>;
  readonly cache: string;
  readonly workspaces: string;
}

/** What the self-test of one layer came to. */
export interface LayerProof {
  readonly layer: TrialResult["layer"];
  /** `not-proved`: it was not tried, which is no failure. */
  readonly verdict: "proved" | "failed" | "not-proved";
  /** What it was proved with, or why it was not. */
  readonly reason?: string;
  readonly results: readonly TrialResult[];
}
