import type { HandedFile, Job } from "../model/job.ts";
import { ask } from "./ask.ts";

/** A part of a file, and the most that is read of one, in bytes. */
const PART_BYTES = 1024 * 1024;
const MAX_BYTES = 8 * PART_BYTES;
const SCHEME = "kestra:///";

/**
 * Finds a file for an expression: a stored one by its URI, of those that were handed over or else by
 * asking; one of the flow's namespace by its path.
 *
 * @returns `undefined` where there is none; no text where it has more than 8 MiB.
 * @throws {TaskFailure} Where the harness refuses.
 */
export function findFile(path: string, files: Job["files"] = {}): HandedFile | undefined {
  if (Object.hasOwn(files, path)) return files[path];
  const where = path.startsWith(SCHEME)
    ? { about: "file", uri: path } as const
    : { about: "namespaceFile", path } as const;
  const size = ask({ ...where, do: "size" });
  if (typeof size !== "number") return undefined;
  if (size > MAX_BYTES) return { size };
  return {
    size,
    get text() {
      const bytes = new Uint8Array(size);
      for (let offset = 0; offset < size;) {
        const part = ask({ ...where, do: "read", offset, length: PART_BYTES });
        const read = typeof part === "string" ? Uint8Array.fromBase64(part) : new Uint8Array();
        if (read.length === 0) break;
        bytes.set(read.subarray(0, size - offset), offset);
        offset += read.length;
      }
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    },
  };
}
