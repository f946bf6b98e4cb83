import { cacheRoot, type Env } from "./cache_dir.ts";
import { makeOwnDirectory } from "./own_directory.ts";

/** Names of these directories begin so. */
const PREFIX = ".self-test-";
/** What is older was left by a harness that was killed. */
const STALE_MS = 60 * 60 * 1000;

/** A directory for one job of the harness. */
export interface ScratchDirectory extends AsyncDisposable {
  /** Absolute, and real. */
  readonly path: string;
}

/**
 * Makes a private, empty directory for a self-test, or to read module graphs from: in the
 * harness's cache, or where that cannot be written in the directory of temporary files. It goes
 * when it is disposed of.
 *
 * @throws When neither can be written.
 */
export async function makeScratchDirectory(env: Env): Promise<ScratchDirectory> {
  const path = await makeIn(cacheRoot(env)) ?? await Deno.makeTempDir({ prefix: "bulkhead-" });
  return {
    path: await Deno.realPath(path),
    [Symbol.asyncDispose]: async () => await Deno.remove(path, { recursive: true }).catch(() => {}),
  };
}

async function makeIn(root: string): Promise<string | undefined> {
  try {
    await makeOwnDirectory(root);
    // A flag can name no path with a comma.
    if (/[,<>]/.test(await Deno.realPath(root))) return undefined;
    await removeStale(root);
    const path = `${root}/${PREFIX}${crypto.randomUUID()}`;
    await Deno.mkdir(path, { mode: 0o700 });
    return path;
  } catch {
    return undefined;
  }
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
