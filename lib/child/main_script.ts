import type { Job, Preparation } from "../model/job.ts";
import { closeStorage } from "./close_storage.ts";
import { denialOf } from "./denial_of.ts";
import { denyThreads } from "./deny_threads.ts";
import { isCommonJs } from "./is_common_js.ts";
import { loadModule, toUrl } from "./load_module.ts";
import { nextLine, send } from "./protocol.ts";
import { reportDenials } from "./report_denials.ts";
import { stripTypes } from "./strip_types.ts";

type Work = Extract<Job["work"], { readonly kind: "script" }>;

runModule();

/**
 * Loads the module of a script task and lets it live as it would alone: the process ends when nothing
 * is left to do, with the code that the script gives it, and what nobody catches ends it with code 1
 * and is told on standard error by Deno itself.
 */
async function runModule(): Promise<void> {
  closeStorage();
  const { spawn } = nextLine() as Preparation;
  reportDenials();
  if (!spawn) await denyThreads().lockThreads();
  const { work, workspace = "/" } = nextLine() as Job;
  if (work.kind !== "script") throw new Error("Cannot run: this child loads scripts only");
  // By now they are of no effect on the runtime itself: some of its own have names like these.
  for (const [name, value] of Object.entries(work.env)) Deno.env.set(name, value);
  try {
    const path = placed(work, workspace);
    if (work.form !== "module" && path.endsWith(".ts")) giveRequire(path);
    await loadModule(spawn ? await withoutTypes(path) : path);
  } catch (error) {
    // An import that is refused is told by nobody else.
    const denial = denialOf(error);
    if (denial !== undefined) send({ type: "denied", denial });
    throw error;
  }
}

/** Bun has `require` in its modules of TypeScript. Whoever asks for it has Node locked by the guard. */
function giveRequire(path: string): void {
  Object.defineProperty(globalThis, "require", {
    get: () => globalThis.process.getBuiltinModule("node:module").createRequire(toUrl(path)),
    configurable: true,
  });
}

/** Gives the file the name by which the runtime knows CommonJS from a module. */
function placed({ file, form }: Work, workspace: string): string {
  const path = `${workspace}/${file}`;
  const isScript = form !== "module" && isCommonJs(Deno.readTextFileSync(path));
  const name = isScript ? path.replace(/\.[jt]s$/, ".cjs") : path.replace(/\.js$/, ".mjs");
  if (name !== path) Deno.renameSync(path, name);
  return name;
}

/**
 * Where it may start processes, the runtime cannot take TypeScript apart, see `stripTypes()`. What has
 * more than types in it is left to it nevertheless.
 */
async function withoutTypes(path: string): Promise<string> {
  if (!path.endsWith(".ts")) return path;
  const text = await stripTypes(await Deno.readTextFile(path), true).catch(() => undefined);
  if (text === undefined) return path;
  const plain = path.replace(/\.ts$/, ".mjs");
  await Deno.writeTextFile(plain, text, { createNew: true, mode: 0o600 });
  await Deno.remove(path);
  return plain;
}
