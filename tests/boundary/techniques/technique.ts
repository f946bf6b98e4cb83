/** One way to reach what a policy closes. */
export interface Technique {
  /** Unique among all techniques. */
  readonly name: string;
  /** Its row in the README: a class of problems, never a recipe. */
  readonly row: string;
  /**
   * The body of an async function that gives back what it reached; or, for `module`, the text of
   * a module that exports it as `word`. Finds the constants of `Given`, and `run(file, args, options)`.
   */
  readonly code: string;
  /** The twin, where the technique itself is closed to every task, or means something else there. */
  readonly control?: string;
  /** Its class may make threads and processes. */
  readonly spawns?: true;
  /** The twin runs as a class that may. */
  readonly controlSpawns?: true;
  /** It takes a superuser, without whom it is not tried. */
  readonly superuser?: true;
  /** It has succeeded when anything below `dir` is another than before, whatever it gives back. */
  readonly changes?: true;
  /** Where `dir` lies for a technique that changes: below a forbidden path unless it is said. */
  readonly at?: "beside" | "above";
  /** A known hole, all layers together: a line in the README as well. */
  readonly ends?: "reached";
  /** The text of a whole module, loaded as a plugin, instead of a function's body. */
  readonly module?: true;
  /** Nothing else may be tried in its process. */
  readonly alone?: true;
}

/** What the code of a technique finds as constants; forbidden in the attack, allowed in its twin. */
export interface Given {
  /** Holds both directories, the links, and much else. */
  readonly root: string;
  /** `forbidden` or `allowed`. */
  readonly name: string;
  /** Holds the word in every form; for what changes, a directory of its own. */
  readonly dir: string;
  /** A file in `dir`. */
  readonly target: string;
  /** Reached, where there is nothing to read: a thread was made, a signal was sent. */
  readonly word: string;
  /** A Unix socket that says the word to whoever writes to it; the engine's in the attack. */
  readonly socket: string;
  /** The same by an abstract name. */
  readonly abstract: string;
  /** A port of 127.0.0.1 that says the word, as HTTP. */
  readonly port: string;
  /** The port that the policy allows. */
  readonly allowedPort: string;
  /** The allowed port, at an address that is not allowed, says the word as well. */
  readonly otherHost: string;
  /** A datagram port that answers with the word. */
  readonly datagramPort: string;
  /** A process of the same user with the word in its environment and memory; `self` in the twin. */
  readonly victim: string;
  /** A variable of the harness that holds the word. */
  readonly variable: string;
  /** Where the workspaces of others lie. */
  readonly other: string;
  /** A file that is closed because it is the policy. */
  readonly policy: string;
}

/** Techniques of one row of the README. */
export function rowOf(
  row: string,
  techniques: readonly (Omit<Technique, "row"> & { readonly row?: string })[],
): Technique[] {
  return techniques.map((it) => ({ row, ...it }));
}

/** Rows that hold techniques of several groups. */
export const ROWS = {
  reading: "reading a forbidden file by its name",
  metadata: "what is known of a forbidden file without opening it",
  loading: "code of a forbidden file, loaded while the task runs",
  symlinkThere: "a symlink that was there before",
  linkMade: "a link that the task makes",
  kernelFiles: "/proc, /sys and /dev",
  writing: "writing where it is not allowed",
  modes: "owner, mode and times of what may not be written",
  network: "a host or port that is not allowed",
  otherHost: "an allowed port of another host; datagrams",
  inside: "the inside of loader and runtime",
  process: "a process of a class that may not spawn",
  runtime: "the runtime, started by a class that may not spawn",
  subprocessReads: "reading by a subprocess",
  subprocessWrites: "writing by a subprocess",
} as const;
