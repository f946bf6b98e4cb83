import { bundleChild, CHILD_FILES, PROJECT, runBundler } from "../host/bundle_child.ts";
import { type FileToPack, packPayload, spliceIntoProgram } from "../host/payload.ts";
import { RUNTIME_FILES, RUNTIME_VERSION } from "../host/runtime.ts";
import { sha256 } from "../source/sha256.ts";
import { StageError } from "../model/mod.ts";

/** What `lib/kernel/` starts its threads from, beside the program's own file. */
const KERNEL_THREAD = "kernel_thread.mjs";

/** One part of the binary, or all of it. */
export interface Part {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Builds the binary: base runtime, payload (the children's runtime and code), and the
 * bundled harness.
 *
 * The same sources, Deno and base runtime give the same bytes. `target` is replaced in one
 * step, after what was built has been started and behaves as it does without a payload.
 *
 * `BULKHEAD_COMPILE_DENO` names another Deno to call `compile` with, for machines that
 * cannot reach dl.deno.land; else it is the Deno that runs this.
 *
 * @param target Path of the binary; its directory is made.
 * @param project Root of the sources.
 * @returns What it consists of, the whole last.
 * @throws {StageError} If this is not the Deno that the children must have, or a step fails.
 */
export async function buildBinary(target: string, project: URL = PROJECT): Promise<Part[]> {
  if (Deno.version.deno !== RUNTIME_VERSION) {
    throw failure(
      `this is Deno ${Deno.version.deno}, and the binary carries ${RUNTIME_VERSION}`,
      `Run \`npx -y deno@${RUNTIME_VERSION} task compile\``,
    );
  }
  const directory = target.replace(/\/?[^/]*$/, "") || ".";
  await Deno.mkdir(directory, { recursive: true });
  const scratch = await Deno.realPath(
    await Deno.makeTempDir({ dir: directory, prefix: ".build-" }),
  );
  try {
    const program = await compileHarness(scratch, project);
    const files = await filesToPack(`${scratch}/child`, project);
    const payload = await packPayload(files);
    const whole = spliceIntoProgram(program, payload);
    const binary = `${scratch}/spliced`;
    await Deno.writeFile(binary, whole, { mode: 0o755 });
    await Deno.chmod(binary, 0o755); // whatever the umask is
    await proveAlike(`${scratch}/bulkhead`, binary);
    await Deno.rename(binary, target);
    const own = ["main.mjs", KERNEL_THREAD];
    return await Promise.all([
      ...files.map(({ name, data }) => describe(name, data)),
      ...own.map(async (it) => describe(it, await Deno.readFile(`${scratch}/${it}`))),
      describe("payload", payload),
      describe(target, whole),
    ]);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function filesToPack(scratch: string, project: URL): Promise<FileToPack[]> {
  await bundleChild(scratch, project);
  const version = new TextEncoder().encode(RUNTIME_VERSION);
  return [
    { name: RUNTIME_FILES.program, data: await Deno.readFile(Deno.execPath()), mode: 0o500 },
    { name: RUNTIME_FILES.version, data: version, mode: 0o400 },
    ...await Promise.all(CHILD_FILES.map(async (name) => (
      { name, data: await Deno.readFile(`${scratch}/${name}`), mode: 0o400 }
    ))),
  ];
}

async function compileHarness(
  scratch: string,
  project: URL,
): Promise<Uint8Array<ArrayBuffer>> {
  const main = `${scratch}/main.mjs`;
  const thread = `${scratch}/${KERNEL_THREAD}`;
  await runBundler("browser", ["--output", main, "main.ts"], project);
  await runBundler("browser", ["--output", thread, "lib/kernel/thread.ts"], project);
  // The program records it: two builds would differ.
  for (const it of [main, thread]) await Deno.utime(it, 0, 0);
  // Compiled programs read no caches, which whoever can write TMPDIR could poison.
  const { success, stderr } = await new Deno.Command(
    Deno.env.get("BULKHEAD_COMPILE_DENO") ?? Deno.execPath(),
    {
      args: [
        ..."compile --quiet --no-prompt --allow-all --no-code-cache --no-lock --no-config".split(
          " ",
        ),
        ...`--no-check --include ${KERNEL_THREAD} --output bulkhead main.mjs`.split(" "),
      ],
      cwd: scratch,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
    },
  ).output();
  if (!success) {
    throw failure(
      `deno compile failed: ${new TextDecoder().decode(stderr).trim()}`,
      "Where dl.deno.land cannot be reached, set DENORT_BIN and BULKHEAD_COMPILE_DENO",
    );
  }
  return await Deno.readFile(`${scratch}/bulkhead`);
}

/** Fails unless the spliced program says what the plain one says, to the same questions. */
async function proveAlike(plain: string, spliced: string): Promise<void> {
  for (const args of [[], ["--help"], ["--version"]]) {
    const [expected, actual] = await Promise.all([plain, spliced].map(async (path) => {
      const { code, stdout, stderr } = await new Deno.Command(path, { args, stdin: "null" })
        .output();
      return `${code}\n${new TextDecoder().decode(stdout)}\n${new TextDecoder().decode(stderr)}`;
    }));
    if (actual !== expected) {
      throw failure(
        `with its payload the program behaves differently, given ${JSON.stringify(args)}`,
        "The base runtime looks where the payload was put: see lib/host/compiled_program.ts",
      );
    }
  }
}

async function describe(name: string, data: Uint8Array<ArrayBuffer>): Promise<Part> {
  return { name, bytes: data.length, sha256: await sha256(data) };
}

function failure(fact: string, help: string): StageError {
  return new StageError([{
    code: "host/build-failed",
    severity: "error",
    message: `Cannot build the binary: ${fact}`,
    help,
  }], "host");
}

if (import.meta.main) {
  const target = new URL("dist/bulkhead", PROJECT).pathname;
  let text = "";
  try {
    for (const { name, bytes, sha256 } of await buildBinary(target)) {
      text += `${sha256}  ${String(bytes).padStart(11)}  ${name}\n`;
    }
    await Deno.stdout.write(new TextEncoder().encode(text));
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    for (const { code, message, help } of error.diagnostics) {
      text += `error[${code}]: ${message}\n  help: ${help}\n`;
    }
    await Deno.stderr.write(new TextEncoder().encode(text));
    Deno.exitCode = 1;
  }
}
