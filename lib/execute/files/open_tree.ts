import { FileRefusal } from "./file_refusal.ts";

/** What a file is made of. */
export type Content = string | Deno.FsFile;

/** A directory that files are laid in, none of them through a link. */
export interface FileTree {
  /** Whether something has this name already. */
  has(name: string): Promise<boolean>;
  /**
   * Makes a file and the directories on its way.
   *
   * @param name As `checkFileName()` gives it.
   * @param content An open file is read to its end, and closed.
   * @throws {FileRefusal} Where something stands in its way that it must not replace.
   */
  write(name: string, content: Content): Promise<void>;
  /** Makes a directory that is closed to others. */
  makeDirectory(name: string): Promise<void>;
}

const DIRECTORY_MODE = 0o755;
const FILE_MODE = 0o644;

/**
 * Opens a tree for laying files.
 *
 * Each directory on the way is looked at before it is gone through, and each file is made anew, so
 * that no link which a script has left leads out of the tree. Nothing may work in the tree meanwhile.
 *
 * @param root Real path of a directory of ours; it is closed to others, so that what is in it may be
 * readable.
 */
export function openTree(root: string): FileTree {
  const known = new Set<string>();
  const enter = async (name: string, segments: readonly string[]) => {
    for (let count = 1; count <= segments.length; count++) {
      const path = `${root}/${segments.slice(0, count).join("/")}`;
      if (known.has(path)) continue;
      const info = await lookAt(path);
      if (info === undefined) {
        await Deno.mkdir(path, { mode: DIRECTORY_MODE });
      } else if (!info.isDirectory) {
        const fact = `"${segments.slice(0, count).join("/")}" is no directory`;
        throw new FileRefusal(`Cannot lay file "${name}": ${fact}`);
      }
      known.add(path);
    }
  };
  return {
    has: async (name) => await lookAt(`${root}/${name}`) !== undefined,
    async write(name, content) {
      try {
        await enter(name, name.split("/").slice(0, -1));
        const path = `${root}/${name}`;
        const info = await lookAt(path);
        if (info?.isDirectory) {
          throw new FileRefusal(`Cannot lay file "${name}": a directory has that name`);
        }
        if (info !== undefined) await Deno.remove(path); // a link itself, not what it leads to
        const file = await Deno.open(path, { write: true, createNew: true, mode: FILE_MODE });
        try {
          await fill(file, content);
        } finally {
          file.close();
        }
      } finally {
        if (typeof content !== "string") content.close();
      }
    },
    async makeDirectory(name) {
      if (await lookAt(`${root}/${name}`) !== undefined) {
        throw new FileRefusal(`Cannot make directory "${name}": something has that name`);
      }
      await Deno.mkdir(`${root}/${name}`, { mode: 0o700 });
    },
  };
}

async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function fill(file: Deno.FsFile, content: Content): Promise<void> {
  if (typeof content === "string") return await writeAll(file, new TextEncoder().encode(content));
  const buffer = new Uint8Array(256 * 1024);
  for (let read; (read = await content.read(buffer)) !== null;) {
    await writeAll(file, buffer.subarray(0, read));
  }
}

/** Writes all of some bytes; one call may write less. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
