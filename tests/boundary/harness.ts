import type { Event } from "../../lib/model/mod.ts";
import { command } from "../cli/bulkhead.ts";

/** What a run of the real harness came to. */
export interface Said {
  readonly code: number;
  /** What `--json` told, line by line. */
  readonly events: readonly Event[];
  readonly stdout: string;
  readonly stderr: string;
}

/** A harness that is running. */
export interface Running {
  readonly said: Promise<Said>;
  kill(signal: Deno.Signal): void;
}

/** Variables for the harness beside those of the test run. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
}

type TaskEvent<T extends Event["type"]> = Extract<Event, { readonly type: T }>;

/** Runs the harness to its end: the sources, or the binary that `BULKHEAD_BIN` names. */
export async function runHarness(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Said> {
  return await startHarness(args, surroundings).said;
}

/** The same, for who wants to interrupt it. */
export function startHarness(args: readonly string[], { env = {} }: Surroundings = {}): Running {
  const [file, ...before] = command();
  const child = new Deno.Command(file, {
    args: [...before, ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = child.output().then(({ code, stdout, stderr }): Said => {
    const text = new TextDecoder().decode(stdout);
    return {
      code,
      events: text.split("\n").filter((it) => it.startsWith('{"')).map((it) => JSON.parse(it)),
      stdout: text,
      stderr: new TextDecoder().decode(stderr),
    };
  });
  return { said, kill: (signal) => child.kill(signal) };
}

/** How a task ended; without that there is nothing to judge, and why not is the message. */
export function finished({ events, code, stderr }: Said, task: string) {
  const found = events.find((it): it is TaskEvent<"task.finished"> =>
    it.type === "task.finished" && it.task === task
  );
  if (found === undefined) {
    throw new Error(`task "${task}" did not end; the harness ended with ${code}:\n${stderr}`);
  }
  return found;
}

/** What a task was refused while it ran, if that was told. */
export function denied({ events }: Said, task: string): TaskEvent<"task.denied"> | undefined {
  return events.find((it): it is TaskEvent<"task.denied"> =>
    it.type === "task.denied" && it.task === task
  );
}

/** What a task logged, one text a line. */
export function logged({ events }: Said, task: string): string {
  return events.flatMap((it) => it.type === "task.log" && it.task === task ? [it.message] : [])
    .join("\n");
}
