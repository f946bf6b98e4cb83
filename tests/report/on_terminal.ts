import { command } from "../cli/bulkhead.ts";
import { makeScreen, type Screen } from "./screen.ts";

/** What a program did on a terminal of its own. */
export interface OnTerminal {
  readonly code: number;
  /** Every byte that it wrote, with the ends of lines as it wrote them. */
  readonly raw: string;
  readonly screen: Screen;
}

/** How it is called. */
export interface TerminalGiven {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
  /** Types the next of these each time `when` has come anew. */
  readonly types?: readonly { readonly when: RegExp; readonly keys: string }[];
}

/** Runs bulkhead on a pseudo terminal, by script(1), and looks at what a person would see. */
export async function onTerminal(
  argv: readonly string[],
  { cwd, env = {}, columns = 72, rows = 20, types = [] }: TerminalGiven,
): Promise<OnTerminal> {
  const words = [...command(), ...argv].map((it) => `'${it.replaceAll("'", `'\\''`)}'`).join(" ");
  const child = new Deno.Command("script", {
    args: [
      "--quiet",
      "--return",
      "--command",
      `stty rows ${rows} cols ${columns}; exec ${words}`,
      "/dev/null",
    ],
    cwd,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: Deno.env.get("HOME") ?? "/",
      TMPDIR: cwd,
      BULKHEAD_STATE: `${cwd}/state`,
      TERM: "xterm",
      SHELL: "/bin/sh",
      ...env,
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    signal: AbortSignal.timeout(60_000),
  }).spawn();
  const keyboard = child.stdin.getWriter();
  const left = [...types];
  let raw = "";
  let read = 0;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    raw += text;
    const [next] = left;
    const found = next?.when.exec(raw.slice(read));
    if (next === undefined || !found) continue;
    read += found.index + found[0].length;
    left.shift();
    await keyboard.write(new TextEncoder().encode(next.keys));
  }
  const { code } = await child.status;
  await keyboard.close().catch(() => {});
  const screen = makeScreen(columns, rows);
  screen.write(raw);
  return { code, raw: raw.replaceAll("\r\n", "\n"), screen };
}
