import type { Io } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { logFormatOf } from "./log_format.ts";

const encoder = new TextEncoder();

/** The real thing, to be disposed of at the end. */
export interface Terminal extends Io, Disposable {
  /** The exit code when the answer could not be written, whatever the command says. */
  readonly broken: () => number | undefined;
}

/**
 * The real terminal, files and signals.
 *
 * The first Ctrl-C or SIGTERM asks the run to stop, the second ends the harness at once. When
 * nobody reads the answer any more the run is asked to stop as well.
 */
export function makeIo(): Terminal {
  const stop = new AbortController();
  const asked = (signal: "SIGINT" | "SIGTERM") => () => {
    if (stop.signal.aborted) {
      Deno.exit(signal === "SIGINT" ? ExitCode.interrupted : ExitCode.terminated);
    }
    stop.abort(signal);
  };
  const handlers = { SIGINT: asked("SIGINT"), SIGTERM: asked("SIGTERM") } as const;
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, handlers[name]);
  let stdinTaken = false;
  let broken: number | undefined;
  const write = (to: typeof Deno.stdout) => (text: string) => {
    let bytes = encoder.encode(text);
    try {
      while (broken === undefined && bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
    } catch (error) {
      const isPipe = error instanceof Deno.errors.BrokenPipe;
      broken = isPipe ? ExitCode.closedPipe : ExitCode.host;
      stop.abort("SIGPIPE");
      if (isPipe || to === Deno.stderr) return;
      const fact = (error as Error).message.replace(/ \(os error \d+\)$/, "").toLowerCase();
      const [code, message] = ["run/output", `Cannot write the answer: ${fact}`];
      const said = logFormatOf(Deno.args) === "json"
        ? JSON.stringify({ v: 1, level: "error", code, message })
        : `error[${code}]: ${message}`;
      Deno.stderr.writeSync(encoder.encode(`${said}\n`));
    }
  };
  // They make the YAML parser print what it reads onto the answer.
  for (const name of ["LOG_TOKENS", "LOG_STREAM"]) Deno.env.delete(name);
  const colour = Deno.env.get("NO_COLOR") === undefined || Deno.env.get("NO_COLOR") === "";
  return {
    readFile: async (path) => {
      if (path !== "-") return await Deno.readFile(path);
      if (stdinTaken) throw new Error("standard input was read already");
      stdinTaken = true;
      return await new Response(Deno.stdin.readable).bytes();
    },
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
    ...(Deno.stdin.isTerminal() && Deno.stderr.isTerminal() && {
      prompt: async () => {
        // Most commands ask nothing.
        const { openPrompt } = await import("./prompt.ts");
        return openPrompt(write(Deno.stderr), stop.signal, () => stdinTaken);
      },
    }),
    signal: stop.signal,
    texts: new Map(),
    broken: () => broken,
    [Symbol.dispose]() {
      for (const name of ["SIGINT", "SIGTERM"] as const) {
        Deno.removeSignalListener(name, handlers[name]);
      }
    },
  };
}
