import type { LogLevel, ScriptWork } from "../../model/mod.ts";
import { isNestedDeeper } from "../is_nested_deeper.ts";
import { checkFileName, INPUT_DIRECTORY, OUTPUT_DIRECTORY } from "./check_file_name.ts";
import { FileRefusal } from "./file_refusal.ts";
import { type FileSources, isFileUri, openUri } from "./file_sources.ts";
import { openTree } from "./open_tree.ts";

/**
 * Lays everything that a script finds in its workspace: the files of namespaces, its input files over
 * them, its own text, the directory for its outputs, and copies of stored files that its commands name.
 *
 * @param work Rendered.
 * @param directory Real path of the workspace.
 * @returns The work with the names of stored files replaced by paths of their copies.
 * @throws {FileRefusal} When a file may not be laid: the script does not run then.
 */
export async function layFiles(
  work: ScriptWork,
  directory: string,
  sources: FileSources,
  onLog: (level: LogLevel, message: string) => void,
): Promise<ScriptWork> {
  const tree = openTree(directory);
  await tree.makeDirectory(OUTPUT_DIRECTORY);
  const { namespaceFiles } = work;
  const laid = namespaceFiles === undefined
    ? new Set<string>()
    : await (await import("./lay_namespace_files.ts"))
      .layNamespaceFiles(namespaceFiles, tree, sources, onLog);
  const ours = work.scriptFile === undefined ? undefined : nameOf(work.scriptFile.name);
  for (const [given, content] of inputFilesOf(work.inputFiles)) {
    const name = nameOf(given);
    if (name === ours) throw cannotLay(given, "the script itself has that name");
    if (laid.has(name)) meet(name, namespaceFiles!.ifExists, onLog);
    await tree.write(
      name,
      content !== null && isFileUri(content) ? await openUri(content, sources) : content ?? "",
    );
  }
  const copies = new Map<string, string>();
  const replaced = async (text: string): Promise<string> => {
    for (const uri of storedIn(text)) {
      if (copies.has(uri)) continue;
      const name = `${INPUT_DIRECTORY}/${uri.split("/").at(-1)}`;
      await tree.write(name, await openUri(uri, sources));
      copies.set(uri, `${directory}/${name}`);
    }
    return text.replace(STORED, (uri) => copies.get(uri) ?? uri);
  };
  const command: string[] = [];
  for (const it of work.command) command.push(await replaced(it));
  if (work.scriptFile === undefined) return { ...work, command };
  const text = await replaced(work.scriptFile.text);
  if (laid.has(ours!)) throw cannotLay(ours!, "a file of a namespace has the script's name");
  await tree.write(ours!, text);
  return { ...work, command, scriptFile: { ...work.scriptFile, text } };
}

/** An input file that has the name of a namespace's wins, unless the task wants to fail there. */
function meet(
  name: string,
  ifExists: "OVERWRITE" | "FAIL" | "WARN" | "IGNORE",
  onLog: (level: LogLevel, message: string) => void,
): void {
  if (ifExists === "FAIL") {
    throw cannotLay(name, "a file of a namespace has that name, and ifExists is FAIL");
  }
  if (ifExists === "WARN") onLog("WARN", `Input file "${name}" takes the place of a namespace's`);
}

/** Kestra's own pattern of what a command may hold; only whole addresses with a path are files. */
const STORED = /kestra:\/\/\/[-\p{L}\p{N}._+~#=/]+/gu;

function storedIn(text: string): ReadonlySet<string> {
  return new Set(text.includes("kestra:///") ? text.match(STORED) ?? [] : []);
}

/** Input files by name; where an expression gives them, that was rendered to JSON. */
function inputFilesOf(
  given: ScriptWork["inputFiles"],
): readonly (readonly [string, string | null])[] {
  if (typeof given !== "string") return Object.entries(given);
  if (given.trim() === "") return [];
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch (error) {
    throw new FileRefusal(`Cannot use inputFiles: they are no JSON: ${(error as Error).message}`);
  }
  if (value === null) return [];
  if (typeof value !== "object" || Array.isArray(value) || isNestedDeeper(value)) {
    throw new FileRefusal("Cannot use inputFiles: they are no map of names and texts");
  }
  return Object.entries(value).map(([name, it]) => {
    if (it === null || typeof it === "string") return [name, it];
    if (typeof it === "object") throw cannotLay(name, "what it holds is no text");
    return [name, String(it)];
  });
}

function nameOf(given: string): string {
  const checked = checkFileName(given);
  if (!checked.ok) throw cannotLay(given, checked.fact);
  return checked.name;
}

function cannotLay(name: string, fact: string): FileRefusal {
  return new FileRefusal(`Cannot lay file "${name}": ${fact}`);
}
