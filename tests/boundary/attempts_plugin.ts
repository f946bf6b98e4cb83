// Copied beside the policies of a test as a plugin of the class TYPE, and run as a main module
// where no plugin is loaded: makes attempts one after the other, and says what each one reached.
interface Attempt {
  readonly id: string;
  readonly code: string;
  readonly given: Readonly<Record<string, string>>;
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
const TIMEOUT_MS = 3_000;

async function runAttempts({ attempts }: { readonly attempts: string }): Promise<object> {
  const home = Deno.cwd();
  for (const it of JSON.parse(decodeURIComponent(attempts)) as Attempt[]) {
    const told = await attemptOne(it, `${home}/${it.id}`);
    Deno.chdir(home);
    const message = JSON.stringify({ id: it.id, ...told });
    send({ type: "log", level: "INFO", message });
  }
  return {};
}

async function attemptOne({ code, given }: Attempt, scratch: string) {
  await Deno.mkdir(scratch);
  const constants = { ...given, scratch };
  const names = Object.keys(constants);
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error("no answer")), TIMEOUT_MS);
  try {
    const work = AsyncFunction(...names, "run", code);
    const result = await Promise.race([
      work(...Object.values(constants), runner(constants)),
      timeout.promise,
    ]);
    return { result: String(result) };
  } catch (error) {
    return { error: `${error} ${(error as Error)?.cause ?? ""}` };
  } finally {
    clearTimeout(timer);
  }
}

/** Starts a program that finds the constants as variables, and gives back all that it says. */
function runner(constants: Readonly<Record<string, string>>) {
  const env = Object.fromEntries(
    Object.entries(constants).map(([name, value]) => [name.toUpperCase(), value]),
  );
  return (file: string, args: string[], options: Deno.CommandOptions = {}) => {
    const { stdout, stderr } = new Deno.Command(file, { args, env, stdin: "null", ...options })
      .outputSync();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  };
}

/** The job is the second line: what it comes by may stay open after it. */
async function readJob(): Promise<string> {
  let text = "";
  for await (const it of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    text += it;
    if (text.split("\n").length > 2) break;
  }
  return text.split("\n")[1]!;
}

function send(record: object): void {
  let bytes = new TextEncoder().encode(`\x1e${JSON.stringify(record)}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

// What an attempt left running may fail when nobody waits for it any more.
for (const it of ["unhandledrejection", "error"]) {
  globalThis.addEventListener(it, (event) => event.preventDefault());
}

export default { type: "TYPE", run: runAttempts };

if (import.meta.main) {
  await runAttempts(JSON.parse(await readJob()).task);
  send({ type: "result", state: "success", outputs: {} });
  Deno.exit(0);
}
