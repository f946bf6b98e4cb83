import type {
  Flow,
  HostFacts,
  Located,
  LocatedEntry,
  NamespaceFilesWork,
} from "../../model/mod.ts";
import { nearest } from "../../source/nearest.ts";
import {
  entryOf,
  notGiven,
  propertyOf,
  readFlag,
  readTexts,
  readWord,
  type TaskReader,
} from "./task_reader.ts";

const KEYS = ["enabled", "include", "exclude", "namespaces", "ifExists", "folderPerNamespace"];

/**
 * Which files of namespaces a script gets.
 *
 * @returns `undefined` where it gets none.
 */
export function namespaceFilesOf(
  reader: TaskReader,
  { namespace }: Pick<Flow, "namespace">,
  host: Pick<HostFacts, "namespaceFiles">,
): NamespaceFilesWork | undefined {
  const entry = propertyOf(reader, "namespaceFiles");
  if (entry === undefined) return undefined;
  if (entry.value.kind !== "map") {
    const flag = readFlag(reader, "namespaceFiles", entry);
    if (flag !== true) return undefined;
  }
  const map = entry.value.kind === "map" ? entry.value : undefined;
  const odd = [...map?.entries.keys() ?? []].find((it) => !KEYS.includes(it));
  if (odd !== undefined) {
    const near = nearest(odd, KEYS);
    notGiven(
      reader,
      "namespaceFiles",
      `has a key "${odd}", which is not known`,
      map!.entries.get(odd)!.key,
      near === undefined ? `It has ${KEYS.join(", ")}` : `Did you mean "${near}"?`,
    );
  }
  const of = (name: string) => entryOf(map, name);
  const texts = (name: string) => listOrOne(reader, `namespaceFiles.${name}`, of(name));
  const enabled = readFlag(reader, "namespaceFiles.enabled", of("enabled")) ?? true;
  const namespaces = texts("namespaces");
  const work: NamespaceFilesWork = {
    namespaces: namespaces.length > 0 ? namespaces : [namespace],
    include: texts("include"),
    exclude: texts("exclude"),
    ifExists: readWord(reader, "namespaceFiles.ifExists", of("ifExists"), [
      "OVERWRITE",
      "FAIL",
      "WARN",
      "IGNORE",
    ]) ?? "OVERWRITE",
    folderPerNamespace: readFlag(
      reader,
      "namespaceFiles.folderPerNamespace",
      of("folderPerNamespace"),
    ) ?? false,
  };
  if (!enabled) return undefined;
  if (host.namespaceFiles === undefined) {
    notGiven(
      reader,
      "namespaceFiles",
      "asks for the files of a namespace, and nobody said where they lie",
      entry.value.source,
      "Give a directory that holds one for each namespace with --namespace-files DIR",
    );
  }
  return work;
}

/** Kestra takes one pattern for a list of one. */
function listOrOne(
  reader: TaskReader,
  name: string,
  entry: LocatedEntry | undefined,
): readonly string[] {
  const isList = (value: Located) => value.kind === "list";
  return readTexts(reader, name, entry, entry && isList(entry.value) ? "list" : "single");
}
