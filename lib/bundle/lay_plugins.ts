import { StageError } from "../model/mod.ts";
import { sha256 } from "../source/sha256.ts";
import type { Guard } from "./guard.ts";
import type { Bundle } from "./open_bundle.ts";

/** What was used by no run for so long is removed. */
const STALE_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Lays a bundle's plugins on the disk, where children can read them and nobody else may write.
 *
 * The directory is named for what it holds. What an earlier call left there is compared byte for
 * byte, and laid again if anything is missing, more or different; what another user owns or may
 * write is refused.
 *
 * @param bundle Verified: what is laid are its bytes in memory.
 * @param cache Made if need be, for this user alone.
 * @returns The directories of plugins, absolute if `cache` is, in the order of the bundle.
 * @throws {StageError} When `cache` cannot be written or trusted.
 */
export async function layPlugins(
  bundle: Bundle,
  cache: string,
  guard: Guard,
): Promise<readonly string[]> {
  const plugins = bundle.manifest.files.filter((it) => it.role === "plugin");
  if (plugins.length === 0) return [];
  const files = new Map(
    plugins.map(({ path }) => [path.slice("plugins/".length), bundle.contents.get(path)!]),
  );
  const names = plugins.map((it) => `${it.sha256} ${it.path}\n`).join("");
  const root = `${cache}/bundles`;
  const target = `${root}/${await sha256(new TextEncoder().encode(names))}`;
  for (const it of [cache, root]) await guard.make(it);
  if (!await isIntact(target, files, guard)) {
    const fresh = `${root}/.${crypto.randomUUID()}`;
    try {
      await fill(fresh, files);
      await moveInto(target, fresh, files, guard);
    } catch (cause) {
      throw cause instanceof StageError ? cause : guard.cannotWrite(target, cause);
    } finally {
      await Deno.remove(fresh, { recursive: true }).catch(() => {});
    }
    await removeStale(root, target);
  }
  // Says when it was used last; where that cannot be said, it goes some time and comes back.
  await Deno.utime(target, new Date(), new Date()).catch(() => {});
  return [...new Set([...files.keys()].map((it) => `${target}/${it.split("/")[0]}`))];
}

type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

async function isIntact(target: string, files: Files, guard: Guard): Promise<boolean> {
  try {
    return await holdsAll(target, "", new Set(files.keys()), files, guard);
  } catch (error) {
    // Not there, or set aside by another process while we looked.
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** @param missing What was not met yet; empty at the end when all is there. */
async function holdsAll(
  directory: string,
  below: string,
  missing: Set<string>,
  files: Files,
  guard: Guard,
): Promise<boolean> {
  const info = await Deno.lstat(directory);
  guard.require(directory, info);
  if (!info.isDirectory) return false;
  for await (const { name, isDirectory, isFile } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) {
      if (![...files.keys()].some((it) => it.startsWith(`${below}${name}/`))) return false;
      if (!await holdsAll(path, `${below}${name}/`, missing, files, guard)) return false;
      continue;
    }
    const expected = files.get(below + name);
    if (!isFile || expected === undefined) return false;
    const there = await Deno.lstat(path);
    guard.require(path, there);
    if (there.size !== expected.length) return false;
    const bytes = await Deno.readFile(path);
    if (!bytes.every((it, i) => it === expected[i])) return false;
    missing.delete(below + name);
  }
  return below !== "" || missing.size === 0;
}

async function fill(directory: string, files: Files): Promise<void> {
  await Deno.mkdir(directory, { mode: 0o700 });
  for (const [path, content] of files) {
    const at = `${directory}/${path}`;
    await Deno.mkdir(at.slice(0, at.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    await Deno.writeFile(at, content, { createNew: true, mode: 0o400 });
  }
}

async function moveInto(
  target: string,
  fresh: string,
  files: Files,
  guard: Guard,
): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      return await Deno.rename(fresh, target);
    } catch (cause) {
      // Another process was first, or what is there is damaged and has to go.
      if (attempt === 9) throw cause;
    }
    if (await isIntact(target, files, guard)) return;
    const aside = `${target.replace(/[^/]+$/, "")}.${crypto.randomUUID()}`;
    await Deno.rename(target, aside).then(
      () => Deno.remove(aside, { recursive: true }),
      (error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      },
    );
  }
}

async function removeStale(root: string, target: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(root)) {
    const path = `${root}/${name}`;
    if (!isDirectory || path === target) continue;
    const mtime = await Deno.lstat(path).then((it) => it.mtime, () => null);
    if (mtime && Date.now() - mtime.getTime() > STALE_MS) {
      await Deno.remove(path, { recursive: true }).catch(() => {});
    }
  }
}
