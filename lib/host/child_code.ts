import { type ChildCode, type Found, StageError } from "../model/mod.ts";
import { bundleChild, CHILD_FILES, PROJECT } from "./bundle_child.ts";
import { cacheRoot, type Env } from "./cache_dir.ts";
import { found } from "./found.ts";
import type { Origin } from "./origin.ts";
import { makeOwnDirectory, requireOwn } from "./own_directory.ts";
import { sha256 } from "../source/sha256.ts";

/** The rooms of `lib/` that code of a child comes from; a test compares them with its imports. */
export const CHILD_ROOMS: readonly string[] = ["child", "model", "source"];

/** Where to look for the child code. */
export interface ChildCodeSearch {
  readonly env: Env;
  readonly origin: Origin;
  /** Root of the sources, where bulkhead runs from them. */
  readonly project?: URL;
}

/**
 * Finds the bundled code of the children.
 *
 * The compiled binary carries it. From sources it is bundled into the cache, once for each
 * state of the sources, the lock file and Deno; that takes about half a second. What is in
 * the cache is trusted, because only this user may write there.
 */
export function locateChildCode(search: ChildCodeSearch): Promise<Found<ChildCode>> {
  const { env, origin, project = PROJECT } = search;
  return found(async () => {
    if (origin.kind === "sources") {
      return childCodeIn(await Deno.realPath(await bundleOnce(env, project)));
    }
    const directory = await origin.payload();
    // Rules of the kernel follow no links.
    if (directory !== undefined) return childCodeIn(await Deno.realPath(directory));
    throw new StageError([{
      code: "host/child-code-missing",
      severity: "error",
      message: "Cannot find the code of the children: this binary carries none",
      help: "Build the binary with `deno task compile`, not with `deno compile` alone",
    }], "host");
  });
}

async function bundleOnce(env: Env, project: URL): Promise<string> {
  const root = cacheRoot(env);
  const directory = `${root}/child-${await sourcesDigest(project)}`;
  await makeOwnDirectory(root);
  if (await isComplete(directory)) return directory;
  await Deno.remove(directory, { recursive: true }).catch(() => {});
  await bundleChild(directory, project);
  return directory;
}

async function isComplete(directory: string): Promise<boolean> {
  for (const path of [directory, ...CHILD_FILES.map((it) => `${directory}/${it}`)]) {
    const info = await Deno.lstat(path).catch(() => undefined);
    if (info === undefined) return false;
    requireOwn(path, info);
  }
  return true;
}

async function sourcesDigest(project: URL): Promise<string> {
  const names = ["deno.json", "deno.lock"];
  for (const room of CHILD_ROOMS) await addSources(project, `lib/${room}`, names);
  const digests = await Promise.all(
    names.sort().map(async (it) => await sha256(await Deno.readFile(new URL(it, project)))),
  );
  const lines = names.map((name, i) => `${digests[i]} ${name}\n`);
  const text = `${Deno.version.deno} ${Deno.build.target}\n${lines.join("")}`;
  return await sha256(new TextEncoder().encode(text));
}

async function addSources(project: URL, directory: string, names: string[]): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${directory}/`, project))) {
    const path = `${directory}/${name}`;
    if (isDirectory) await addSources(project, path, names);
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) names.push(path);
  }
}

function childCodeIn(directory: string): ChildCode {
  return {
    directory,
    builtIn: `${directory}/built_in.mjs`,
    eval: `${directory}/eval.mjs`,
    plugin: `${directory}/plugin.mjs`,
    script: `${directory}/run_script.mjs`,
    importMap: `${directory}/import_map.json`,
    guardedImportMap: `${directory}/guarded_import_map.json`,
    modules: [`${directory}/zod.mjs`, `${directory}/bulkhead.mjs`],
  };
}
