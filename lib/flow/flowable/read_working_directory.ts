import type { NamespaceFilesWork, SharedWorkspace } from "../../model/mod.ts";
import { kindOf, textOf } from "../located_values.ts";
import { wrongValue } from "../findings.ts";
import {
  complain,
  entryOf,
  inside,
  readFlag,
  readTexts,
  readWord,
  type ValueReader,
} from "../value_reader.ts";

/**
 * Reads what lies in the workspace of a `WorkingDirectory` before its tasks, and what is kept of it
 * afterwards. Whether the names of files may be had is decided where the task is planned.
 */
export function readWorkingDirectory(
  reader: ValueReader,
): Omit<SharedWorkspace, "tasks" | "errors" | "finally"> {
  sayOfCache(reader);
  const namespaceFiles = namespaceFilesOf(reader);
  return {
    kind: "WorkingDirectory",
    inputFiles: inputFilesOf(reader),
    outputFiles: readTexts(reader, "outputFiles"),
    ...(namespaceFiles && { namespaceFiles }),
  };
}

function inputFilesOf(reader: ValueReader): SharedWorkspace["inputFiles"] {
  const value = entryOf(reader, "inputFiles")?.value;
  if (value === undefined) return {};
  const text = textOf(value);
  if (text !== undefined) return text;
  if (value.kind !== "map") {
    complain(reader, "inputFiles", value, "a map of texts, or a text that comes to one");
    return {};
  }
  return Object.fromEntries([...value.entries].map(([name, { value: it }]) => {
    if (it.kind !== "scalar") {
      const at = `"${reader.path}.inputFiles.${name}"`;
      reader.findings.problems.push(
        wrongValue(at, `expected a text, got ${kindOf(it)}`, it.source),
      );
    }
    return [name, textOf(it) ?? null];
  }));
}

/** The flow's own, where no namespace is named (`NamespaceFiles`). */
const OWN = "{{ flow.namespace }}";

/** `true` is as good as a map with nothing in it. */
function namespaceFilesOf(reader: ValueReader): NamespaceFilesWork | undefined {
  const entry = entryOf(reader, "namespaceFiles");
  if (entry === undefined) return undefined;
  const { kind, source } = entry.value;
  if (kind === "scalar" && !readFlag(reader, "namespaceFiles", false)) return undefined;
  const files = kind === "scalar"
    ? { ...reader, map: { kind: "map", entries: new Map(), source } as const }
    : inside(reader, "namespaceFiles");
  if (files === undefined || !readFlag(files, "enabled", true)) return undefined;
  const namespaces = readTexts(files, "namespaces");
  return {
    namespaces: namespaces.length > 0 ? namespaces : [OWN],
    include: readTexts(files, "include"),
    exclude: readTexts(files, "exclude"),
    ifExists: readWord(
      files,
      "ifExists",
      ["OVERWRITE", "FAIL", "WARN", "IGNORE"],
      "OVERWRITE",
    ),
    folderPerNamespace: readFlag(files, "folderPerNamespace", false),
  };
}

/** What a cache holds may be gone at any time, so a run without one is as good, and slower. */
function sayOfCache(reader: ValueReader): void {
  const entry = entryOf(reader, "cache");
  if (entry === undefined) return;
  reader.findings.warnings.push({
    code: "flow/idle-key",
    severity: "warning",
    message: `"cache" of ${reader.owner} has no effect here: nothing is kept for another execution`,
    at: entry.key,
  });
}
