import type { LogLevel, NamespaceFilesWork } from "../../model/mod.ts";
import { checkFileName } from "./check_file_name.ts";
import { FileRefusal } from "./file_refusal.ts";
import { directoryOf, type FileSources } from "./file_sources.ts";
import { openFile } from "./open_file.ts";
import type { FileTree } from "./open_tree.ts";
import { readNamespacePatterns } from "./read_patterns.ts";

/**
 * Lays the files of namespaces, those of a later one over those of an earlier.
 *
 * @returns The names that were laid.
 * @throws {FileRefusal} When a file cannot be had, or is there already and `ifExists` is `FAIL`.
 */
export async function layNamespaceFiles(
  work: NamespaceFilesWork,
  tree: FileTree,
  { namespace, namespaceFiles }: FileSources,
  onLog: (level: LogLevel, message: string) => void,
): Promise<ReadonlySet<string>> {
  if (namespaceFiles === undefined) {
    throw new FileRefusal("Cannot lay the files of namespaces: no --namespace-files were given");
  }
  const patterns = await readNamespacePatterns(work.include, work.exclude);
  const laid = new Set<string>();
  for (const owner of work.namespaces.length === 0 ? [namespace] : work.namespaces) {
    const directory = directoryOf(owner, namespaceFiles);
    for (const path of await listFiles(directory, patterns.matches)) {
      const checked = checkFileName(work.folderPerNamespace ? `${owner}/${path}` : path);
      if (!checked.ok) {
        throw new FileRefusal(`Cannot lay file "${directory}/${path}": ${checked.fact}`);
      }
      if (await isKept(checked.name, work.ifExists, tree, onLog)) continue;
      const opened = await openFile(`${directory}/${path}`, [namespaceFiles]);
      if (!opened.ok) {
        throw new FileRefusal(`Cannot lay file "${directory}/${path}": ${opened.fact}`);
      }
      await tree.write(checked.name, opened.file);
      laid.add(checked.name);
    }
  }
  return laid;
}

/** What to do where a file is there already. */
async function isKept(
  name: string,
  ifExists: NamespaceFilesWork["ifExists"],
  tree: FileTree,
  onLog: (level: LogLevel, message: string) => void,
): Promise<boolean> {
  if (ifExists === "OVERWRITE" || !(await tree.has(name))) return false;
  if (ifExists === "FAIL") {
    throw new FileRefusal(`Cannot lay file "${name}": it is there already, and ifExists is FAIL`);
  }
  if (ifExists === "WARN") onLog("WARN", `File "${name}" is there already, and is kept`);
  return true;
}

/** Everything in a directory, however deep, that is meant; in order, so that runs are alike. */
async function listFiles(
  directory: string,
  isMeant: (path: string) => boolean,
): Promise<readonly string[]> {
  const found: string[] = [];
  const ahead = [""];
  for (let at; (at = ahead.pop()) !== undefined;) {
    try {
      for await (const { name, isDirectory } of Deno.readDir(`${directory}/${at}`)) {
        if (isDirectory) ahead.push(`${at}${name}/`);
        else if (isMeant(`${at}${name}`)) found.push(`${at}${name}`);
      }
    } catch (error) {
      // A namespace without files has no directory.
      if (at !== "" || !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found.toSorted();
}
