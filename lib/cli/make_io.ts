import { ExitCode, type Io } from "./command.ts";

const encoder = new TextEncoder();

/** What a shell reports of a program that a closed pipe ended. */
const BROKEN_PIPE = 141;

/**
 * The real terminal, files and signals.
 *
 * The first Ctrl-C or SIGTERM asks the run to stop, the second ends the harness at once. When
 * nobody reads the answer any more the run is asked to stop as well.
 */
export function makeIo(): Io & Disposable {
  const stop = new AbortController();
  const asked = (signal: "SIGINT" | "SIGTERM") => () => {
    if (stop.signal.aborted) {
      Deno.exit(signal === "SIGINT" ? ExitCode.interrupted : ExitCode.terminated);
    }
    stop.abort(signal);
  };
  const handlers = { SIGINT: asked("SIGINT"), SIGTERM: asked("SIGTERM") } as const;
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, handlers[name]);
  let closed = false;
  const write = (to: { writeSync(bytes: Uint8Array): number }) => (text: string) => {
    let bytes = encoder.encode(text);
    try {
      while (!closed && bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      closed = true;
      Deno.exitCode = BROKEN_PIPE;
      stop.abort("SIGPIPE");
    }
  };
  const colour = Deno.env.get("NO_COLOR") === undefined || Deno.env.get("NO_COLOR") === "";
  return {
    readFile: async (path) =>
      path === "-" ? await new Response(Deno.stdin.readable).bytes() : await Deno.readFile(path),
    listDirectory: async (path) => {
      const info = await Deno.stat(path).catch(() => undefined);
      if (!info?.isDirectory) return undefined;
      return (await Array.fromAsync(Deno.readDir(path))).map((it) => it.name);
    },
    env: Deno.env.toObject(),
    out: write(Deno.stdout),
    err: write(Deno.stderr),
    colour: {
      out: colour && Deno.stdout.isTerminal(),
      err: colour && Deno.stderr.isTerminal(),
    },
    signal: stop.signal,
    texts: new Map(),
    [Symbol.dispose]() {
      for (const name of ["SIGINT", "SIGTERM"] as const) {
        Deno.removeSignalListener(name, handlers[name]);
      }
    },
  };
}
