import { StageError } from "../model/mod.ts";

const PIECE_BYTES = 1024 * 1024;

/**
 * Reads a regular file whole, once, up to a limit.
 *
 * What is no regular file is not opened: a pipe would wait for whoever writes it, a device may
 * never end.
 *
 * @param what What it should be, for the complaint: `bundle`.
 * @param mostBytes More is an error, however the file grows meanwhile.
 * @throws {StageError} `input`, with `bundle/unreadable` or `bundle/too-large`.
 */
export async function readBounded(
  path: string,
  what: string,
  mostBytes: number,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly info: Deno.FileInfo }> {
  const cannot = (code: "unreadable" | "too-large", fact: string, cause?: unknown) =>
    new StageError(
      [{
        code: `bundle/${code}`,
        severity: "error",
        message: `Cannot read ${what} "${path}": ${fact}`,
      }],
      "input",
      { cause },
    );
  const tooLarge = () => cannot("too-large", `it has more than ${mostBytes} bytes`);
  try {
    const there = await Deno.stat(path);
    if (!there.isFile) throw cannot("unreadable", kindOf(there));
    using file = await Deno.open(path);
    const info = await file.stat(); // what was opened may be another file than what was looked at
    if (!info.isFile) throw cannot("unreadable", kindOf(info));
    if (info.size > mostBytes) throw tooLarge();
    let bytes = new Uint8Array(info.size + 1);
    let length = 0;
    while (true) {
      if (length === bytes.length) {
        const more = new Uint8Array(length + PIECE_BYTES);
        more.set(bytes);
        bytes = more;
      }
      const count = await file.read(bytes.subarray(length));
      if (count === null) return { bytes: bytes.slice(0, length), info };
      length += count;
      if (length > mostBytes) throw tooLarge();
    }
  } catch (cause) {
    if (cause instanceof StageError) throw cause;
    throw cannot("unreadable", factOf(cause), cause);
  }
}

function kindOf({ isDirectory }: Deno.FileInfo): string {
  return isDirectory ? "it is a directory" : "it is no regular file";
}

function factOf(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return "there is no such file";
  if (cause instanceof Deno.errors.PermissionDenied) return "permission denied";
  return (cause as Error).message.replace(/ \(os error \d+\).*$/, "").toLowerCase();
}
