/** A process to start: an argv, never a shell string. */
export interface ProcessCommand {
  readonly argv: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /**
   * `own`: it leads a session and a group of its own, with what it starts. `shared`: it is in the
   * harness's; that is for one that cannot start anything, and saves the fork of the whole harness,
   * a tenth of what a child takes.
   */
  readonly session: "own" | "shared";
}

/** A process that runs; as `Deno.ChildProcess` has it. */
export interface StartedProcess {
  readonly pid: number;
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly status: Promise<{ readonly code: number; readonly signal: string | null }>;
}

/**
 * Starts a process.
 *
 * @throws When it cannot be started: no such program, not permitted, …
 */
export type Spawn = (command: ProcessCommand) => Promise<StartedProcess>;

/** Starts a process from the calling thread, with all three of its pipes. */
export function spawnHere({ argv, env, cwd, session }: ProcessCommand): Deno.ChildProcess {
  const [file, ...args] = argv;
  return new Deno.Command(file!, {
    args,
    env,
    clearEnv: true,
    cwd,
    detached: session === "own",
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}
