import { BLOCK, padded, type TarOwner, writeHeader } from "./tar_header.ts";

/**
 * Makes a tar of a directory, to be laid into a container: the directory itself comes first, under
 * `name`, then what is in it. Holds no more than a piece of one file.
 *
 * All of it belongs to `owner`. Modes are kept; links are laid as links; what is neither file nor
 * directory nor symbolic link is left out.
 */
export function packTree(root: string, name: string, owner: TarOwner): ReadableStream<Uint8Array> {
  async function* entries(path: string, as: string): AsyncGenerator<Uint8Array> {
    const info = await Deno.lstat(path);
    const mode = (info.mode ?? 0o600) & 0o777;
    if (info.isSymlink) {
      const linkName = await Deno.readLink(path);
      yield writeHeader({ name: as, type: "symlink", mode: 0o777, size: 0, linkName }, owner);
    } else if (info.isDirectory) {
      yield writeHeader({ name: `${as}/`, type: "directory", mode, size: 0 }, owner);
      const names = (await Array.fromAsync(Deno.readDir(path))).map((it) => it.name).toSorted();
      for (const it of names) yield* entries(`${path}/${it}`, `${as}/${it}`);
    } else if (info.isFile) {
      yield writeHeader({ name: as, type: "file", mode, size: info.size }, owner);
      yield* contentOf(path, info.size);
    }
  }
  return ReadableStream.from((async function* () {
    yield* entries(root, name);
    yield new Uint8Array(2 * BLOCK);
  })());
}

async function* contentOf(path: string, size: number): AsyncGenerator<Uint8Array> {
  const file = await Deno.open(path);
  using _file = file;
  let left = size;
  while (left > 0) {
    const piece = new Uint8Array(Math.min(left, 64 * 1024));
    const length = await file.read(piece);
    if (length === null) throw new Error(`"${path}" has become shorter while it was copied`);
    left -= length;
    yield piece.subarray(0, length);
  }
  if (size % BLOCK > 0) yield new Uint8Array(padded(size) - size);
}
