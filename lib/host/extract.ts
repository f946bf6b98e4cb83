import { StageError } from "../model/mod.ts";
import { cannotWrite, makeOwnDirectory, requireOwn } from "./own_directory.ts";
import type { Payload } from "./payload.ts";
import { sha256 } from "../source/sha256.ts";

// Begins with a dot, which no name in a payload does.
const MARKER = ".complete";
const SMALL_BYTES = 4 * 1024 * 1024;
const STALE_MS = 60 * 60 * 1000;

/**
 * Unpacks a payload once and tells where.
 *
 * The directory is named for the payload's digest. It is filled beside its place and then
 * renamed into it, so that many processes can do this at once and none sees half of it.
 * Every byte is compared with its digest on the way, and every program among the files is
 * started once with `--version` before it counts.
 *
 * A later call looks at owner, mode and length of every file, and compares the digests of
 * the small ones; what is missing or differs is unpacked again. The content of a large
 * file is trusted from then on, because only this user (and root) can write it. A
 * directory or file that another user owns or may write is refused, never mended.
 *
 * @param cacheRoot Made if need be, for this user alone.
 * @returns The directory, absolute if `cacheRoot` is.
 * @throws {StageError} If the cache cannot be written, used or trusted, or the payload is
 * corrupt. Nothing half-made stays in place.
 */
export async function extractPayload(payload: Payload, cacheRoot: string): Promise<string> {
  await makeOwnDirectory(cacheRoot);
  const target = `${cacheRoot}/${payload.digest}`;
  if (await isIntact(payload, target)) return target;
  await removeStale(cacheRoot);
  const fresh = `${cacheRoot}/.${payload.digest}-${crypto.randomUUID()}`;
  try {
    await fill(fresh, payload);
    await moveInto(target, fresh, payload);
  } finally {
    await Deno.remove(fresh, { recursive: true }).catch(() => {});
  }
  return target;
}

async function isIntact(payload: Payload, directory: string): Promise<boolean> {
  const { files } = payload.manifest;
  try {
    if (!(await look(directory)).isDirectory) return false;
    for (const { name, size, mode } of files) {
      const info = await look(`${directory}/${name}`);
      if (!info.isFile || info.size !== size || ((info.mode ?? 0) & 0o777) !== mode) return false;
    }
    if (!(await look(`${directory}/${MARKER}`)).isFile) return false;
    const same = await Promise.all(
      files.filter((it) => it.size <= SMALL_BYTES).map(async ({ name, sha256: expected }) =>
        await sha256(await Deno.readFile(`${directory}/${name}`)) === expected
      ),
    );
    return same.every((it) => it);
  } catch (error) {
    // Not there, or set aside by another process while we looked.
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Refuses what another user owns or may write. */
async function look(path: string): Promise<Deno.FileInfo> {
  const info = await Deno.lstat(path);
  requireOwn(path, info);
  return info;
}

async function fill(directory: string, payload: Payload): Promise<void> {
  try {
    await Deno.mkdir(directory, { mode: 0o700 });
    for (const file of payload.manifest.files) {
      await writeOut(payload.read(file.name), `${directory}/${file.name}`, file.mode);
    }
    await Deno.writeTextFile(`${directory}/${MARKER}`, "", { mode: 0o400 });
  } catch (cause) {
    throw cause instanceof StageError ? cause : cannotWrite(directory, cause);
  }
  for (const { name, mode } of payload.manifest.files) {
    if ((mode & 0o100) !== 0) await proveRunnable(`${directory}/${name}`);
  }
}

async function writeOut(
  pieces: AsyncIterable<Uint8Array>,
  path: string,
  mode: number,
): Promise<void> {
  using file = await Deno.open(path, { createNew: true, write: true, mode: 0o600 });
  for await (const piece of pieces) {
    for (let done = 0; done < piece.length;) done += await file.write(piece.subarray(done));
  }
  await Deno.chmod(path, mode); // whatever the umask is
  await file.syncData(); // so that a power cut cannot leave the right length of nothing
}

async function proveRunnable(path: string): Promise<void> {
  let fact: string;
  let cause: unknown;
  try {
    const { success, stderr } = await new Deno.Command(path, {
      args: ["--version"],
      clearEnv: true,
      stdin: "null",
    }).output();
    if (success) return;
    fact = new TextDecoder().decode(stderr).trim().split("\n")[0] || "it fails without a word";
  } catch (error) {
    cause = error;
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new StageError(
        [{
          code: "host/cache-noexec",
          severity: "error",
          message: `Cannot run from the cache "${path}": programs may not be started there`,
          help: "Set BULKHEAD_CACHE to a directory on a file system mounted without noexec",
        }],
        "host",
        { cause },
      );
    }
    fact = (error as Error).message;
  }
  throw new StageError(
    [{
      code: "host/runtime-unusable",
      severity: "error",
      message: `Cannot run the unpacked "${path}": ${fact}`,
      help: "The runtime needs x86-64 Linux with glibc 2.27 or later; --runtime names another",
    }],
    "host",
    { cause },
  );
}

async function moveInto(target: string, fresh: string, payload: Payload): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      return await Deno.rename(fresh, target);
    } catch (cause) {
      // Another process was first, or what is there is damaged and has to go.
      if (attempt === 9) throw cannotWrite(target, cause);
    }
    if (await isIntact(payload, target)) return;
    await setAside(target);
  }
}

async function setAside(target: string): Promise<void> {
  const aside = target.replace(/[^/]+$/, (name) => `.${name}-${crypto.randomUUID()}`);
  try {
    await Deno.rename(target, aside);
    await Deno.remove(aside, { recursive: true });
  } catch (cause) {
    // Another process set it aside at the same moment.
    if (!(cause instanceof Deno.errors.NotFound)) throw cannotWrite(target, cause);
  }
}

/** Removes what killed processes left half-made. */
async function removeStale(cacheRoot: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(cacheRoot)) {
    if (!isDirectory || !/^\.[0-9a-f]{64}-/.test(name)) continue;
    const path = `${cacheRoot}/${name}`;
    const mtime = await Deno.lstat(path).then((it) => it.mtime, () => null);
    if (mtime && Date.now() - mtime.getTime() > STALE_MS) {
      await Deno.remove(path, { recursive: true }).catch(() => {});
    }
  }
}
