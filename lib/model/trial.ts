import type { KernelRules } from "./kernel.ts";

/** A layer that can be proved: by something it must refuse, beside something it must let through. */
export type ProvedLayer = "deno" | "kernel" | "container";

/** One thing to try. */
export type Attempt =
  /** Nothing but to say so. */
  | { readonly do: "answer" }
  | { readonly do: "read" | "write" | "import" | "link-library"; readonly path: string }
  /** A literal import of the main module, which its code names: it is read before any code runs. */
  | { readonly do: "import-literally" }
  | { readonly do: "environment"; readonly name: string }
  | { readonly do: "execute"; readonly path: string }
  | { readonly do: "connect"; readonly port: number }
  /** The machine's own, and one that leads out of it. */
  | { readonly do: "see-interface"; readonly which: "loopback" | "other" }
  | { readonly do: "connect-unix"; readonly path: string };

/** An attempt, who makes it, and what must come of it. */
export interface Trial {
  readonly layer: ProvedLayer;
  /** A probe must be refused by its layer, a control must not be refused. */
  readonly kind: "probe" | "control";
  /** What is tried, for a person: `read a file below a denied directory`. */
  readonly what: string;
  /** The child of the test, a process started beside it, the harness itself, or a container. */
  readonly by: "child" | "beside" | "harness" | "container";
  readonly attempt: Attempt;
}

/** A file that a trial needs, by absolute path; a directory has no text, a link a target. */
export type Prop =
  | { readonly path: string; readonly text: string; readonly executable?: true }
  | { readonly path: string; readonly target: string }
  | { readonly path: string };

/** A self-test, ready to run in its directory. */
export interface SelfTestPlan {
  /** Absolute, real path; what is tried lies in it. */
  readonly directory: string;
  /** Where the code of the child belongs. */
  readonly main: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absent where the kernel layer is not relied on. */
  readonly kernel?: KernelRules;
  readonly props: readonly Prop[];
  readonly trials: readonly Trial[];
}

/** A self-test of containers, ready to run in its directory. */
export interface ContainerTestPlan {
  readonly argv: readonly string[];
  /** The container's. */
  readonly name: string;
  /** The user it runs as, and the files that are given to that user first. */
  readonly owned: readonly string[];
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly props: readonly Prop[];
  readonly trials: readonly Trial[];
}

/** What came of a trial. */
export interface TrialResult extends Pick<Trial, "layer" | "kind" | "what"> {
  /**
   * `ok`, `NotCapable` (Deno refused), `EACCES` (the kernel refused), `refused` (in a container),
   * or another error's code.
   */
  readonly outcome: string;
  /** Whether that is as it must be. */
  readonly holds: boolean;
}

/** What a self-test came to. */
export interface SelfTest {
  readonly results: readonly TrialResult[];
  /** Why it came to nothing: a reason is a failure, whatever the results. */
  readonly broken?: string;
}
