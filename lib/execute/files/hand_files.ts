import type { HandedFile } from "../../model/mod.ts";
import type { TaskRun } from "../run_task.ts";
import type { FileStore, StoredFile } from "./file_store.ts";

/** What the texts of all files that one child is handed may come to, in bytes. */
export const MAX_HANDED_BYTES = 8 * 1024 * 1024;

/** Functions of expressions that ask for stored files. */
const ASKS = /\b(?:read|fileSize|isFileEmpty|fileExists)\s*\(/;
const READS = /\bread\s*\(/;

/**
 * Takes from the store what the expressions of a task may ask for: those files whose URIs stand in
 * the variables that it sees. The child that renders can open nothing itself.
 *
 * Nothing is read where no text calls a function for it. Of many files the small ones come first.
 *
 * @param texts What is going to be rendered, however deep the texts stand in it.
 * @returns `files` of a job, or nothing.
 */
export async function handFiles(
  { variables, files: { store } }: Pick<TaskRun, "variables" | "files">,
  texts: unknown,
): Promise<{ readonly files?: Readonly<Record<string, HandedFile>> }> {
  const asked = JSON.stringify(texts) ?? "";
  // `render()` renders a variable, and that may ask as well.
  const asking = /\brender(?:Once)?\s*\(/.test(asked) ? asked + JSON.stringify(variables) : asked;
  if (!ASKS.test(asking)) return {};
  const found = storedIn([texts, variables], store).toSorted((a, b) => a.size - b.size);
  const files: [string, HandedFile][] = [];
  let left = READS.test(asking) ? MAX_HANDED_BYTES : -1;
  for (const it of found) {
    const { uri, size } = it;
    left -= size;
    files.push([uri, left < 0 ? { size } : { size, text: await textOf(it, store) }]);
  }
  return { files: Object.fromEntries(files) };
}

function storedIn(value: unknown, store: FileStore): readonly StoredFile[] {
  const found = new Map<string, StoredFile>();
  const ahead: unknown[] = [value];
  while (ahead.length > 0) {
    const it = ahead.pop();
    if (typeof it === "string") {
      for (const uri of it.match(/kestra:\/\/\/[A-Za-z0-9._/-]+/g) ?? []) {
        const stored = store.find(uri);
        if (stored !== undefined) found.set(uri, stored);
      }
    } else if (typeof it === "object" && it !== null) {
      for (const below of Object.values(it)) ahead.push(below);
    }
  }
  return [...found.values()];
}

async function textOf(stored: StoredFile, store: FileStore): Promise<string> {
  const file = await store.open(stored);
  using _file = file;
  const bytes = new Uint8Array(stored.size);
  for (let at = 0; at < bytes.length;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) break;
    at += read;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
