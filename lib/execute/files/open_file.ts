import { isWithin } from "../../paths/is_within.ts";

/** A regular file that is open, or why it is not. */
export type OpenedFile =
  | { readonly ok: true; readonly file: Deno.FsFile; readonly size: number }
  | {
    readonly ok: false;
    readonly is: "missing" | "directory" | "refused";
    readonly fact: string;
  };

/**
 * Opens a file for reading that lies in one of some directories, with everything on its way resolved.
 *
 * A link may lead from one place in them to another, and nowhere else. What is no regular file is not
 * opened at all: a pipe would wait for its writer, a device would act. That the file which is open is
 * the one that was looked at is checked last.
 *
 * @param path Absolute.
 * @param directories Real paths.
 * @returns The fact completes `Cannot … "path": `.
 */
export async function openFile(path: string, directories: readonly string[]): Promise<OpenedFile> {
  try {
    const real = await Deno.realPath(path);
    if (!directories.some((it) => isWithin(it, real))) {
      return refused("it leads out of the directory it lies in");
    }
    const before = await Deno.lstat(real);
    if (before.isDirectory) return { ok: false, is: "directory", fact: "it is a directory" };
    if (!before.isFile) return refused(`it is ${kindOf(before)}`);
    const file = await Deno.open(real, { read: true });
    try {
      const info = await file.stat();
      if (info.isFile && info.dev === before.dev && info.ino === before.ino) {
        return { ok: true, file, size: info.size };
      }
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
    return refused("it was replaced while it was opened");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { ok: false, is: "missing", fact: "it is not there" };
    }
    return refused((error as Error).message.replace(/ \(os error \d+\).*$/, ""));
  }
}

function refused(fact: string): OpenedFile {
  return { ok: false, is: "refused", fact };
}

function kindOf(info: Deno.FileInfo): string {
  if (info.isSymlink) return "a link";
  if (info.isFifo) return "a pipe";
  if (info.isSocket) return "a socket";
  return info.isBlockDevice || info.isCharDevice ? "a device" : "no regular file";
}
