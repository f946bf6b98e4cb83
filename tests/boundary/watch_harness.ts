import type { Event } from "../../lib/model/mod.ts";
import { command } from "../cli/bulkhead.ts";

/** A harness whose events are seen as they come. */
export interface Watched {
  readonly pid: number;
  /** The first event that fits, also one that was there before; fails when the harness ends without. */
  event(fits: (event: Event) => boolean): Promise<Event>;
  readonly ended: Promise<{ readonly code: number; readonly stderr: string }>;
  kill(signal: Deno.Signal): void;
}

/**
 * Starts the real harness with `--json`.
 *
 * @param onEvent Called for each event before the next one is read.
 */
export function watchHarness(
  args: readonly string[],
  onEvent: (event: Event) => void = () => {},
): Watched {
  const [file, ...before] = command();
  const child = new Deno.Command(file, {
    args: [...before, "run", "--json", ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const events: Event[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const it of waiting) it();
  };
  const read = (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const event: Event = JSON.parse(line);
        onEvent(event);
        events.push(event);
      }
      wake();
    }
  })();
  const state = { over: false };
  const ended = Promise.all([child.status, new Response(child.stderr).text(), read]).then(
    ([{ code }, stderr]) => {
      state.over = true;
      wake();
      return { code, stderr };
    },
  );
  return {
    pid: child.pid,
    async event(fits) {
      for (;;) {
        const found = events.find(fits);
        if (found !== undefined) return found;
        if (state.over) {
          const { code, stderr } = await ended;
          throw new Error(`the harness ended with ${code} before that:\n${stderr}`);
        }
        const woken = Promise.withResolvers<void>();
        waiting.add(woken.resolve);
        await woken.promise;
        waiting.delete(woken.resolve);
      }
    },
    ended,
    kill: (signal) => child.kill(signal),
  };
}

/** The numbers of processes that run, and have a text in their command line. */
export function processesWith(text: string): readonly number[] {
  return [...Deno.readDirSync("/proc")].map((it) => Number(it.name)).filter((pid) => {
    if (!Number.isInteger(pid) || pid === Deno.pid) return false;
    try {
      if (!Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").includes(text)) return false;
      return !/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
    } catch {
      return false; // it has ended
    }
  });
}

/** Waits until no such process runs. @returns Those that do after all. */
export async function goneWithin(ms: number, text: string): Promise<readonly number[]> {
  for (const since = performance.now(); performance.now() - since < ms;) {
    if (processesWith(text).length === 0) return [];
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return processesWith(text);
}

/** An argument for `sleep` that stands nowhere else: five minutes and a bit. */
export function ownNap(): string {
  return `300.${Math.floor(Math.random() * 1e9) + 1e9}`;
}

/** Ends what a test has left on purpose. */
export function killAll(pids: readonly number[]): void {
  for (const it of pids) {
    try {
      Deno.kill(it, "SIGKILL");
    } catch {
      // it has ended
    }
  }
}
