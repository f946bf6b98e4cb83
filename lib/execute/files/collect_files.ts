import { INPUT_DIRECTORY, OUTPUT_DIRECTORY } from "./check_file_name.ts";
import type { FileStore, Origin } from "./file_store.ts";
import { openFile } from "./open_file.ts";
import { type FilePatterns, hiddenIn } from "./read_patterns.ts";

/** What is kept of a workspace. */
export interface Wanted {
  readonly patterns?: FilePatterns;
  /** Whether all files of the output directory are. */
  readonly outputDirectory: boolean;
}

/**
 * Stores what a script has left for others, by the names that its task gives.
 *
 * A file that may not be kept is told, and is missing then. A name that nothing has is told as well,
 * and is no failure, as in Kestra.
 *
 * @param workspace Real path; nobody works in it any more.
 * @returns URIs by names relative to the workspace, or to the output directory.
 */
export async function collectFiles(
  workspace: string,
  { patterns, outputDirectory }: Wanted,
  store: FileStore,
  from: Origin,
  onWarning: (message: string) => void,
): Promise<Readonly<Record<string, string>>> {
  const kept = new Map<string, string>();
  const keep = async (directory: string, name: string, by: "name" | "pattern") => {
    if (kept.has(name)) return;
    const opened = await openFile(`${directory}/${name}`, [workspace]);
    if (opened.ok) {
      const { uri } = await store.put(from, name.split("/").at(-1)!, opened.file);
      kept.set(name, uri);
    } else if (by === "name" || opened.is !== "directory") { // a link to one is no file to a pattern
      onWarning(
        opened.is === "missing"
          ? `Output file "${name}" is not there`
          : `Cannot keep output file "${name}": ${opened.fact}`,
      );
    }
  };
  const tell = (name: string, fact: string) =>
    onWarning(`Cannot look for output files in "${name}": ${fact}`);
  for (const name of patterns?.names ?? []) await keep(workspace, name, "name");
  if (patterns?.isOpen) {
    const ours: readonly string[] = [OUTPUT_DIRECTORY, INPUT_DIRECTORY];
    const enters = (path: string) =>
      !ours.includes(path) && (patterns.namesHidden || hiddenIn(path).length === 0);
    for await (const name of walk(workspace, enters, tell)) {
      if (patterns.matches(name)) await keep(workspace, name, "pattern");
    }
  }
  if (outputDirectory) {
    const directory = `${workspace}/${OUTPUT_DIRECTORY}`;
    for await (const name of walk(directory, () => true, tell)) {
      await keep(directory, name, "pattern");
    }
  }
  return Object.fromEntries([...kept].toSorted(([a], [b]) => a < b ? -1 : 1));
}

/** Everything in a tree that is no directory, by its path in it; follows no link. */
async function* walk(
  root: string,
  enters: (path: string) => boolean,
  onClosed: (path: string, fact: string) => void,
): AsyncGenerator<string> {
  const ahead = [""];
  for (let at; (at = ahead.pop()) !== undefined;) {
    try {
      // What the script has put in the directory's place is not walked.
      const directory = at === "" ? root : `${root}/${at.slice(0, -1)}`;
      if (!(await Deno.lstat(directory)).isDirectory) continue;
      for await (const { name, isDirectory } of Deno.readDir(directory)) {
        const path = `${at}${name}`;
        if (!isDirectory) yield path;
        else if (enters(path)) ahead.push(`${path}/`);
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
      onClosed(at === "" ? "." : at.slice(0, -1), "it is closed to the harness");
    }
  }
}
