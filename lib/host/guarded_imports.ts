import { StageError } from "../model/mod.ts";

/** What the modules of Node export beside `default`, by name without `node:`. */
export type NodeModules = Readonly<Record<string, readonly string[]>>;

/** The function that the guard of a child puts before Node; `GATE` in `lib/child/deny_threads.ts`. */
const GATE = "__bulkhead_node";

/**
 * Modules from which nothing of Node can be reached but themselves: no process, no thread, no
 * loader, no handle, and no class that these inherit from.
 */
const HARMLESS: readonly string[] = [
  "buffer",
  "constants",
  "os",
  "path",
  "path/posix",
  "path/win32",
  "punycode",
  "querystring",
  "string_decoder",
  "url",
  "util/types",
];

const LIST = `import { builtinModules } from "node:module";
import process from "node:process";
const all = {};
for (const it of builtinModules) {
  const name = it.replace(/^node:/, "");
  all[name] = Object.keys(await import("node:" + name));
}
console.log(JSON.stringify(all));
process.exit();`;

/**
 * Makes the part of an import map that leads modules of Node to the guard of the child.
 *
 * Each is led to a module of our own that asks the guard for it, under its name with and
 * without `node:`. Import maps apply to every importer, and names are compared as Deno has
 * read them, so that no other spelling leads past. The exports are constants of that module: with
 * `export … from`, a cycle of imports could reach the original before the guard was asked.
 */
export function guardedImports(modules: NodeModules): Readonly<Record<string, string>> {
  const all = Object.entries(modules).filter(([name]) => !HARMLESS.includes(name));
  return Object.fromEntries(all.flatMap(([name, exports]) => {
    const names = exports.filter((it) =>
      it !== "default" && /^[A-Za-z_$][\w$]*$/.test(it) && it !== "_"
    );
    const text = `const _=${GATE}(${JSON.stringify(name)});export default _;` +
      `export const{${names.join()}}=_`;
    const url = `data:text/javascript,${text.replaceAll("%", "%25").replaceAll(" ", "%20")}`;
    return [[`node:${name}`, url], [name, url]];
  }));
}

/** Makes the part of an import map by which scripts of Node name its modules, without `node:`. */
export function bareImports(modules: NodeModules): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(modules).map((it) => [it, `node:${it}`]));
}

/**
 * Makes the scopes of that map: the guard itself gets the one original that it locks at once.
 *
 * @param files What children start with, beside the map. The script of an Eval counts as part of
 * them, and gets the same: by then it is locked.
 */
export function guardScopes(files: readonly string[]): Readonly<Record<string, object>> {
  const original = { "node:worker_threads": "node:worker_threads" };
  return Object.fromEntries(files.map((it) => [`./${it}`, original]));
}

/**
 * Lists the modules of Node that the Deno that runs this has, and their exports.
 *
 * @throws {StageError} If it does not tell.
 */
export async function listNodeModules(): Promise<NodeModules> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-config", "--no-lock", "--allow-all", toUrl(LIST)],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stderr: "null",
  }).output();
  try {
    if (success) return JSON.parse(new TextDecoder().decode(stdout));
  } catch {
    // It printed something else: told below.
  }
  throw new StageError([{
    code: "host/bundle-failed",
    severity: "error",
    message: "Cannot bundle the sources: Deno does not list the modules of Node",
    help: `Try \`deno eval 'console.log((await import("node:module")).builtinModules)'\``,
  }], "host");
}

function toUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
