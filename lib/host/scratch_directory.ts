import { cacheRoot, type Env } from "./cache_dir.ts";
import { makeOwnDirectory } from "./own_directory.ts";

/** Names of these directories begin so. */
const PREFIX = ".self-test-";
/** What is older was left by a harness that was killed. */
const STALE_MS = 60 * 60 * 1000;

/**
 * What a path of it may come to, in bytes: below it a Unix socket is tried, whose whole path the
 * kernel takes up to 107 (`sun_path`).
 */
const LONGEST = 96;

/** A directory for one job of the harness. */
export interface ScratchDirectory extends AsyncDisposable {
  /** Absolute, and real. */
  readonly path: string;
}

/**
 * Makes a private, empty directory for a self-test, or to read module graphs from: in the
 * harness's cache, or where that cannot be written or has a long path in the directory of
 * temporary files, or in `/tmp`. It goes when it is disposed of.
 *
 * @throws When none can be written.
 */
export async function makeScratchDirectory(env: Env): Promise<ScratchDirectory> {
  const path = await makeIn(cacheRoot(env)) ?? await makeTemporary() ??
    await Deno.makeTempDir({ dir: "/tmp", prefix: "bulkhead-" });
  return {
    path: await Deno.realPath(path),
    [Symbol.asyncDispose]: async () => await Deno.remove(path, { recursive: true }).catch(() => {}),
  };
}

async function makeIn(root: string): Promise<string | undefined> {
  try {
    await makeOwnDirectory(root);
    const name = `${PREFIX}${crypto.randomUUID().slice(0, 13)}`;
    if (!isFit(`${await Deno.realPath(root)}/${name}`)) return undefined;
    await removeStale(root);
    await Deno.mkdir(`${root}/${name}`, { mode: 0o700 });
    return `${root}/${name}`;
  } catch {
    return undefined;
  }
}

async function makeTemporary(): Promise<string | undefined> {
  const path = await Deno.makeTempDir({ prefix: "bulkhead-" }).catch(() => undefined);
  if (path === undefined || isFit(await Deno.realPath(path))) return path;
  await Deno.remove(path);
  return undefined;
}

/** A flag can name no path with a comma, and a socket none that is long. */
function isFit(path: string): boolean {
  return !/[,<>]/.test(path) && new TextEncoder().encode(path).length <= LONGEST;
}

async function removeStale(root: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(root)) {
    if (!isDirectory || !name.startsWith(PREFIX)) continue;
    const { mtime } = await Deno.lstat(`${root}/${name}`);
    if (mtime && Date.now() - mtime.getTime() > STALE_MS) {
      await Deno.remove(`${root}/${name}`, { recursive: true }).catch(() => {});
    }
  }
}
