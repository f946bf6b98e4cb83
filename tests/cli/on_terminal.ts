import { command, type Given } from "./bulkhead.ts";

/** What a person does when the terminal says something that was not there before. */
export interface Turn {
  readonly when: string;
  /** Keys, as the terminal sends them: `\r` for Enter, `\x03` for Ctrl-C. */
  readonly keys: string;
}

/** What stood on the terminal in the end. */
export interface Session {
  readonly code: number;
  readonly screen: string;
}

/** Where script(1) is: the child's own PATH leads nowhere, so that no engine is found. */
function findScript(): string {
  const places = (Deno.env.get("PATH") ?? "").split(":").map((it) => `${it}/script`);
  for (const place of places) {
    try {
      if (Deno.statSync(place).isFile) return place;
    } catch {
      // Not there: in one of the others.
    }
  }
  throw new Error("there is no script(1)");
}

/** Calls the command line on a terminal of its own, by script(1), with somebody who answers. */
export async function onTerminal(
  argv: readonly string[],
  turns: readonly Turn[],
  { cwd, env }: Pick<Given, "cwd" | "env">,
): Promise<Session> {
  const line = [...command(), ...argv].map((it) => `'${it.replaceAll("'", `'\\''`)}'`).join(" ");
  const inherited = ["HOME", "BULKHEAD_CACHE", "XDG_CACHE_HOME", "DENO_DIR"].flatMap((it) =>
    Deno.env.get(it) === undefined ? [] : [[it, Deno.env.get(it)!]]
  );
  const child = new Deno.Command(findScript(), {
    args: ["--quiet", "--return", "--command", `exec ${line}`, "/dev/null"],
    cwd,
    clearEnv: true,
    env: {
      ...Object.fromEntries(inherited),
      PATH: "/nonexistent",
      NO_COLOR: "1",
      SHELL: "/bin/sh",
      TMPDIR: cwd,
      BULKHEAD_STATE: `${cwd}/state`,
      ...env,
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    // A question that nobody answers waits for ever.
    signal: AbortSignal.timeout(60_000),
  }).spawn();
  const writer = child.stdin.getWriter();
  let screen = "";
  let seen = 0;
  const ahead = [...turns];
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    screen += text;
    for (let turn; (turn = ahead[0]) !== undefined;) {
      const at = screen.indexOf(turn.when, seen);
      if (at < 0) break;
      seen = at + turn.when.length;
      ahead.shift();
      await writer.write(new TextEncoder().encode(turn.keys));
    }
  }
  await writer.close().catch(() => {});
  const { code } = await child.status;
  return { code, screen: screen.replaceAll("\r\n", "\n") };
}
