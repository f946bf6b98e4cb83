import { checkFileName } from "./check_file_name.ts";
import { FileRefusal } from "./file_refusal.ts";
import type { FileStore } from "./file_store.ts";
import { openFile } from "./open_file.ts";

/** Where the files of a script may come from. */
export interface FileSources {
  readonly store: FileStore;
  /** The flow's. */
  readonly namespace: string;
  /** Where the files of namespaces lie, a directory for each: a real path. */
  readonly namespaceFiles?: string;
  /** What `file://` may name, with what is below: real paths. */
  readonly localFiles: readonly string[];
}

/** Whether a text is the address of a file, and nothing else. */
export function isFileUri(text: string): boolean {
  return /^(?:kestra|file|nsfile):\/\/\S*$/.test(text);
}

/**
 * Opens the file that an address names: `kestra:///…` of this execution, `file:///…` below the
 * policy's allowed paths, `nsfile:///…` of the flow's namespace or `nsfile://name/…` of another.
 *
 * @throws {FileRefusal} When there is none, or it may not be read.
 */
export async function openUri(uri: string, sources: FileSources): Promise<Deno.FsFile> {
  return uri.startsWith("kestra://")
    ? await openStored(uri, sources.store)
    : await openSource(uri, sources);
}

/**
 * Opens a file that no execution has stored: `file:///…` or `nsfile:///…`, as {@linkcode openUri}.
 *
 * @throws {FileRefusal} When there is none, or it may not be read.
 */
export async function openSource(
  uri: string,
  sources: Omit<FileSources, "store">,
): Promise<Deno.FsFile> {
  if (uri.startsWith("file://")) return await openLocal(uri, sources.localFiles);
  return await openOfNamespace(uri, sources);
}

async function openStored(uri: string, store: FileStore): Promise<Deno.FsFile> {
  const stored = store.find(uri);
  if (stored === undefined) throw refusal(uri, "this execution has stored no such file");
  return await store.open(stored);
}

async function openLocal(uri: string, allowed: readonly string[]): Promise<Deno.FsFile> {
  const path = pathOf(uri, "file://");
  if (!path.startsWith("/")) throw refusal(uri, "it names no absolute path");
  if (allowed.length === 0) throw refusal(uri, "the policy has no allowed-paths for local files");
  const opened = await openFile(path, allowed);
  if (opened.ok) return opened.file;
  // Whether something is there is nobody's business outside of the allowed paths.
  throw refusal(uri, "it is no file below the allowed-paths of the policy");
}

async function openOfNamespace(
  uri: string,
  { namespace, namespaceFiles }: Omit<FileSources, "store">,
): Promise<Deno.FsFile> {
  if (namespaceFiles === undefined) throw refusal(uri, "no --namespace-files were given");
  const rest = pathOf(uri, "nsfile://");
  const at = rest.indexOf("/");
  const owner = at === 0 ? namespace : rest.slice(0, at);
  const checked = checkFileName(rest.slice(at + 1));
  if (at < 0 || !checked.ok) throw refusal(uri, checked.ok ? "it names no file" : checked.fact);
  const directory = directoryOf(owner, namespaceFiles);
  const opened = await openFile(`${directory}/${checked.name}`, [namespaceFiles]);
  if (opened.ok) return opened.file;
  throw refusal(uri, `"${directory}/${checked.name}": ${opened.fact}`);
}

/**
 * The directory of a namespace's files.
 *
 * @throws {FileRefusal} For what is no name of a namespace.
 */
export function directoryOf(namespace: string, namespaceFiles: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(namespace)) {
    throw new FileRefusal(`Cannot use files of namespace "${namespace}": that is no namespace`);
  }
  return `${namespaceFiles}/${namespace}`;
}

function pathOf(uri: string, scheme: string): string {
  try {
    return decodeURIComponent(uri.slice(scheme.length));
  } catch {
    throw refusal(uri, "it is not well formed");
  }
}

function refusal(uri: string, fact: string): FileRefusal {
  return new FileRefusal(`Cannot use file "${uri}": ${fact}`);
}
