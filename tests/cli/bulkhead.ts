const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** How one call of the command line went. */
export interface Call {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a call is given. */
export interface Given {
  readonly cwd: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sends this signal when stdout says this. */
  readonly signal?: { readonly name: Deno.Signal; readonly when: string };
}

/** The command line in front of the tests: the sources, or the binary of `BULKHEAD_BIN`. */
export function command(): readonly [string, ...string[]] {
  const binary = Deno.env.get("BULKHEAD_BIN");
  return binary === undefined || binary === ""
    ? [Deno.execPath(), "run", "-A", "--quiet", "--frozen", MAIN]
    : [binary];
}

/** Calls the real command line, with nothing of this process's environment but what it needs. */
export async function bulkhead(argv: readonly string[], given: Given): Promise<Call> {
  const [file, ...rest] = command();
  const inherited = [
    "HOME",
    "BULKHEAD_CACHE",
    "XDG_CACHE_HOME",
    "DENO_DIR",
    "SSL_CERT_FILE",
  ]
    .flatMap((it) => Deno.env.get(it) === undefined ? [] : [[it, Deno.env.get(it)!]]);
  const child = new Deno.Command(file, {
    args: [...rest, ...argv],
    cwd: given.cwd,
    clearEnv: true,
    env: {
      ...Object.fromEntries(inherited),
      PATH: "/nonexistent", // No client of an engine: the same words everywhere.
      TMPDIR: given.cwd,
      BULKHEAD_STATE: `${given.cwd}/state`,
      ...given.env,
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const fed = writer.write(new TextEncoder().encode(given.stdin ?? "")).then(() => writer.close())
    .catch(() => {});
  let stdout = "";
  let sent = false;
  const [stderr, status] = await Promise.all([
    new Response(child.stderr).text(),
    child.status,
    (async () => {
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        stdout += text;
        if (given.signal === undefined || sent || !stdout.includes(given.signal.when)) continue;
        sent = true;
        child.kill(given.signal.name);
      }
    })(),
    fed,
  ]);
  return { code: status.code, stdout, stderr };
}

/** A directory of its own for a test, with these files in it, gone when the test ends. */
export async function makeFiles(files: Readonly<Record<string, string | Uint8Array>>) {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "bulkhead_cli_" }));
  for (const [name, content] of Object.entries(files)) {
    const at = `${path}/${name}`;
    await Deno.mkdir(at.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeFile(
      at,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** What runs the children when the harness runs from its sources. */
const RUNTIME = Deno.realPathSync(Deno.execPath());

/** Replaces what differs from run to run and from machine to machine. */
export function steady(text: string, cwd: string): string {
  return text
    .replaceAll(cwd, "<cwd>")
    .replaceAll(RUNTIME, "<runtime>")
    .replace(/\bbulkhead-\d+\b/g, "bulkhead-<uid>")
    .replace(/\b[0-9a-v]{20}\b/g, "<id>")
    .replace(/sha256:[0-9a-f]{64}/g, "sha256:<digest>")
    .replace(/\b\d+ ms\b/g, "<n> ms")
    .replace(/"elapsedMs": ?\d+/g, '"elapsedMs":<n>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, "<time>")
    .replace(/(?<=^|["'\s])\/\S*?\/(deno)(?=["'\s]|$)/gm, "<runtime>")
    .replace(
      /[^\s"',]*\/((?:built_in|eval|plugin|run_script|zod|bulkhead)\.mjs|(?:guarded_)?import_map\.json)/g,
      "<child>/$1",
    )
    .replace(/\bDeno \d+\.\d+\.\d+/g, "Deno <version>")
    // What a machine without control groups says of limits.
    .replace(/^.*no control group can be made.*\n/gm, "")
    .replace(/^.*(?:withhold read and write|"effect": "withhold read and write).*\n/gm, "");
}
