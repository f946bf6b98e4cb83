import { cp } from "node:fs/promises";
import { parseArgs } from "node:util";
import { bundleChild, CHILD_FILES, PROJECT, runBundler } from "../host/bundle_child.ts";
import { findSeam } from "../host/compiled_program.ts";
import {
  type DigestedPart,
  type FileToPack,
  packPayload,
  spliceIntoProgram,
} from "../host/payload.ts";
import { RUNTIME_FILES, RUNTIME_VERSION } from "../host/runtime.ts";
import { sha256 } from "../source/sha256.ts";
import { StageError } from "../model/mod.ts";
import { cannotCompile, compileEnv, requireBaseFor } from "./base_runtime.ts";
import { complain } from "./build_failure.ts";
import { taskRuntime } from "./task_runtime.ts";
import { hostTarget, type Target, targetNamed } from "./targets.ts";

/** Where the harness's own code is put together. */
const HARNESS = "harness";
/** What threads are started from, beside the program's own file, with the sources of each. */
const THREADS = {
  "kernel_thread.mjs": "lib/kernel/thread.ts",
  "yaml_thread.mjs": "lib/cli/yaml_thread.ts",
} as const;

/**
 * Builds the binary: base runtime, payload (the children's runtime and code), and the
 * bundled harness.
 *
 * The same sources, Deno and base runtime give the same bytes. `target` is replaced in one
 * step, after what was built for this machine has been started and behaves as it does without
 * a payload. What is built for another one is not started.
 *
 * `BULKHEAD_COMPILE_DENO` names another Deno to call `compile` with, for machines that
 * cannot reach dl.deno.land; else it is the Deno that runs this. For the base runtime see
 * `compileEnv()`.
 *
 * @param target Path of the binary; its directory is made.
 * @param project Root of the sources.
 * @param machine What it is built for.
 * @returns What it consists of, the whole last.
 * @throws {StageError} If this is not the Deno that the children must have, or a step fails.
 */
export async function buildBinary(
  target: string,
  project: URL = PROJECT,
  machine: Target = hostTarget(),
): Promise<DigestedPart[]> {
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
    const program = await compileHarness(scratch, project, machine);
    requireBaseFor(machine, program);
    const files = await filesToPack(`${scratch}/child`, project, machine);
    const harness = `${scratch}/${HARNESS}`;
    const own = await Promise.all((await filesIn(harness)).map(async (it) => (
      await describe(it, await Deno.readFile(`${harness}/${it}`))
    )));
    const seam = findSeam(program);
    // Later versions of Deno weave the two into one: see findSeam().
    const name = seam < program.length ? "base runtime" : "base runtime with harness";
    const base = await describe(name, program.slice(0, seam));
    const payload = await packPayload(files, { target: machine.triple, base, harness: own });
    const whole = spliceIntoProgram(program, payload);
    const binary = `${scratch}/spliced`;
    await Deno.writeFile(binary, whole, { mode: 0o755 });
    await Deno.chmod(binary, 0o755); // whatever the umask is
    if (machine.triple === Deno.build.target) await proveAlike(`${scratch}/bulkhead`, binary);
    await Deno.rename(binary, target);
    return await Promise.all([
      ...files.map(({ name, data }) => describe(name, data)),
      ...own,
      base,
      describe("payload", payload),
      describe(target, whole),
    ]);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function filesToPack(
  scratch: string,
  project: URL,
  machine: Target,
): Promise<FileToPack[]> {
  await bundleChild(scratch, project);
  const version = new TextEncoder().encode(RUNTIME_VERSION);
  return [
    { name: RUNTIME_FILES.program, data: await taskRuntime(machine), mode: 0o500 },
    { name: RUNTIME_FILES.version, data: version, mode: 0o400 },
    ...await Promise.all(CHILD_FILES.map(async (name) => (
      { name, data: await Deno.readFile(`${scratch}/${name}`), mode: 0o400 }
    ))),
  ];
}

/**
 * A harness lives long and keeps little: V8 would let its heap grow to three times what is in it before
 * it looks what of that is garbage.
 */
const V8_FLAGS = "--v8-flags=--max-semi-space-size=2,--heap-growing-percent=20";

/**
 * The harness without a payload.
 *
 * Its code is split where it imports dynamically: what a command does not need is in the program,
 * and V8 never looks at it.
 */
async function compileHarness(
  scratch: string,
  project: URL,
  machine: Target,
): Promise<Uint8Array<ArrayBuffer>> {
  const directory = `${scratch}/${HARNESS}`;
  // The names of the pieces, and with them the pieces, hang on where packages lie beside the sources:
  // in a copy that has them inside it is the same wherever the sources and Deno's cache are.
  const copy = new URL(`file://${await copySources(project, `${scratch}/sources`)}/`);
  const inside = "--node-modules-dir=auto";
  const main = [inside, "--code-splitting", "--outdir", directory, "main.ts"];
  await runBundler("browser", main, copy);
  for (const [name, entry] of Object.entries(THREADS)) {
    await runBundler("browser", [inside, "--output", `${directory}/${name}`, entry], copy);
  }
  // The program records it: two builds would differ.
  for (const it of await filesIn(directory)) await Deno.utime(`${directory}/${it}`, 0, 0);
  // Compiled programs read no caches, which whoever can write TMPDIR could poison.
  const { success, stderr } = await new Deno.Command(
    Deno.env.get("BULKHEAD_COMPILE_DENO") ?? Deno.execPath(),
    {
      args: [
        ..."compile --quiet --no-prompt --allow-all --no-code-cache --no-lock --no-config".split(
          " ",
        ),
        V8_FLAGS,
        ...Object.keys(THREADS).flatMap((it) => ["--include", it]),
        ...`--no-check --target ${machine.triple} --output`.split(" "),
        `${scratch}/bulkhead`,
        "main.js",
      ],
      cwd: directory,
      clearEnv: true,
      env: compileEnv(machine, Deno.env.toObject()),
      stdin: "null",
      stdout: "null",
    },
  ).output();
  if (!success) {
    throw cannotCompile(machine, new TextDecoder().decode(stderr));
  }
  return await Deno.readFile(`${scratch}/bulkhead`);
}

/** What the harness is made of; tests and words are not. */
const SOURCES = ["deno.json", "deno.lock", "main.ts", "lib", "policies"];

async function copySources(project: URL, to: string): Promise<string> {
  await Deno.mkdir(to);
  for (const name of SOURCES) {
    const from = new URL(name, project);
    if (await Deno.stat(from).catch(() => undefined) === undefined) continue;
    await cp(from, `${to}/${name}`, { recursive: true });
  }
  return to;
}

async function filesIn(directory: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(directory), (it) => it.name)).toSorted();
}

/** Fails unless the spliced program says what the plain one says, to the same questions. */
async function proveAlike(plain: string, spliced: string): Promise<void> {
  for (const args of [[], ["--help"], ["no-such-command"]]) {
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

async function describe(name: string, data: Uint8Array<ArrayBuffer>): Promise<DigestedPart> {
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
  try {
    const { values } = parseArgs({ options: { target: { type: "string", multiple: true } } });
    const machines = values.target?.map(targetNamed) ?? [hostTarget()];
    for (const it of machines) {
      const name = values.target === undefined ? "bulkhead" : `bulkhead-${it.short}`;
      const parts = await buildBinary(new URL(`dist/${name}`, PROJECT).pathname, PROJECT, it);
      const lines = parts.map((it) => `${it.sha256}  ${String(it.bytes).padStart(11)}  ${it.name}`);
      if (it.triple !== Deno.build.target) {
        lines.push(`${name} was not started: not for this machine`);
      }
      await Deno.stdout.write(new TextEncoder().encode(lines.join("\n") + "\n"));
    }
  } catch (error) {
    await complain(error);
  }
}
