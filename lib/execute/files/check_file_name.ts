/** A name that stays within a directory, or why it does not. */
export type FileName =
  /** Without empty segments and `.`. */
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly fact: string };

/** Directories that the harness makes itself in a workspace. */
export const OUTPUT_DIRECTORY = ".output";
export const INPUT_DIRECTORY = ".input";

/** What a file system takes, in bytes; a path has 4096, of which some are the workspace's. */
const LONGEST_SEGMENT = 255;
const LONGEST_NAME = 3_000;

/**
 * Checks the name of a file that is laid in a workspace, or looked for there.
 *
 * A `..` is refused wherever it stands, also where it would lead back (GHSA-q3fw-mvgv-pjr2).
 *
 * @param name As the author gives it: `a.txt`, `data/a.txt`.
 * @returns The fact completes `Cannot … "name": `.
 *
 * @example
 * ```ts
 * import { deepEqual, equal } from "node:assert/strict";
 * import { checkFileName } from "./check_file_name.ts";
 *
 * deepEqual(checkFileName("./data//a.txt"), { ok: true, name: "data/a.txt" });
 * equal(checkFileName("data/../../etc/passwd").ok, false);
 * ```
 */
export function checkFileName(name: string): FileName {
  const refuse = (fact: string): FileName => ({ ok: false, fact });
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(name)) return refuse("it holds a control character");
  if (name.startsWith("/")) return refuse("it is not relative to the working directory");
  if (name.endsWith("/")) return refuse("it names a directory");
  const segments = name.split("/").filter((it) => it !== "" && it !== ".");
  if (segments.includes("..")) return refuse('it holds ".."');
  const [first] = segments;
  if (first === undefined) return refuse("it names no file");
  if (first === OUTPUT_DIRECTORY || first === INPUT_DIRECTORY) {
    return refuse(`"${first}" is a directory of the harness`);
  }
  const clean = segments.join("/");
  if (segments.some((it) => bytesOf(it) > LONGEST_SEGMENT) || bytesOf(clean) > LONGEST_NAME) {
    return refuse("it is longer than file systems take");
  }
  return { ok: true, name: clean };
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
