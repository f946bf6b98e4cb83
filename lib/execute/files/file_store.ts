import type { Journal } from "../../model/mod.ts";
import { randomId } from "../workspace.ts";
import { writeAll } from "./open_tree.ts";

/** A file that an execution has stored. */
export interface StoredFile {
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
}

/** Where a stored file comes from. */
export interface Origin {
  readonly task: string;
  readonly taskRun: string;
}

/** The internal storage of one execution: what its tasks leave for those that follow. */
export interface FileStore {
  /**
   * Takes a copy of what is left of an open file, which is closed then.
   *
   * @param name Of the file, without directories; stands at the end of the URI.
   */
  put(from: Origin, name: string, file: Deno.FsFile): Promise<StoredFile>;
  /** Takes a copy of the file that an input is given as; its URI is known before, by {@linkcode inputFileUri}. */
  putInput(input: string, name: string, file: Deno.FsFile): Promise<StoredFile>;
  /** What a URI means; `undefined` where it is none of this execution's. */
  find(uri: string): StoredFile | undefined;
  /** Opens a stored file for reading. */
  open(stored: StoredFile): Promise<Deno.FsFile>;
  /**
   * Reads a part of a stored file.
   *
   * @returns As much of it as there is.
   */
  read(stored: StoredFile, offset: number, length: number): Promise<Uint8Array>;
  /** Stores what a task says is in a new file; more can be added to it while its task run goes on. */
  create(from: Origin, name: string, bytes: Uint8Array): Promise<StoredFile>;
  /** Adds to a file that the same task run has created; `undefined` where it has created none of that URI. */
  append(from: Origin, uri: string, bytes: Uint8Array): Promise<StoredFile | undefined>;
  /** Removes a stored file; tells whether there was one. */
  remove(uri: string): Promise<boolean>;
  /** How many files a task run has created that it may still add to, and how many bytes they have. */
  ownedBy(from: Origin): { readonly count: number; readonly bytes: number };
  /** A task run has ended: nothing is added to its files any more. */
  seal(from: Origin): void;
  /** The store of an execution that this one has started: each finds what the other has stored. */
  within(owner: StoreOwner): FileStore;
}

interface Kept extends StoredFile {
  /** In the directory. */
  readonly name: string;
  readonly path: string;
}

/** Whose store it is. */
export interface StoreOwner {
  readonly namespace: string;
  readonly flow: string;
  readonly execution: string;
}

function baseOf({ namespace, flow, execution }: StoreOwner): string {
  return `kestra:///${namespace.replaceAll(".", "/")}/${flow}/executions/${execution}`;
}

function clean(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, "_").slice(-100);
}

/**
 * What the file of an input is called once it is stored (`StorageContext.forInput`).
 *
 * @param name Of the file, without directories.
 */
export function inputFileUri(owner: StoreOwner, input: string, name: string): string {
  return `${baseOf(owner)}/inputs/${input}/${clean(name)}`;
}

/**
 * Opens a store in a directory of the harness's own, which is made when the first file comes.
 *
 * A URI has the form of Kestra's, and is only a name: it is looked up among those that were given
 * out, and no path is ever made of it.
 *
 * @param directory Where no task may look; it need not exist, its parent must.
 * @param record Where the execution can be resumed: knows the files that it had stored before, and
 * learns of each that is whole.
 */
export function openFileStore(
  directory: string,
  owner: StoreOwner,
  record?: Pick<Journal, "files" | "keep">,
): FileStore {
  const files = new Map<string, Kept>(
    record?.files.map(({ uri, name, size }): [string, Kept] => [
      uri,
      { uri, name, size, path: `${directory}/${name}` },
    ]).filter(([, { path }]) => isThere(path)), // a task may have deleted it since
  );
  /** What task runs that go on have created, by task run. */
  const growing = new Map<string, Map<string, Kept>>();
  const placeFor = async (name: string, uriOf: (last: string) => string) => {
    const last = `${randomId()}-${clean(name)}`;
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    return { uri: uriOf(last), name: last, path: `${directory}/${last}` };
  };
  const take = async (placing: ReturnType<typeof placeFor>, file: Deno.FsFile) => {
    let size = 0;
    let place;
    try {
      place = await placing;
      const { path } = place;
      const copy = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
      using _copy = copy;
      const buffer = new Uint8Array(256 * 1024);
      for (let read; (read = await file.read(buffer)) !== null;) {
        size += read;
        await writeAll(copy, buffer.subarray(0, read));
      }
    } finally {
      file.close();
    }
    const stored = { ...place, size };
    files.set(stored.uri, stored);
    record?.keep({ uri: stored.uri, name: stored.name, size });
    return stored;
  };
  const grown = ({ taskRun }: Origin, it: Kept) => {
    files.set(it.uri, it);
    growing.set(taskRun, (growing.get(taskRun) ?? new Map()).set(it.uri, it));
    return it;
  };
  const storeOf = (owner: StoreOwner): FileStore => {
    const placeOf = ({ task, taskRun }: Origin, name: string) =>
      placeFor(name, (last) => `${baseOf(owner)}/tasks/${task}/${taskRun}/${last}`);
    return {
      within: storeOf,
      put: async (from, name, file) => await take(placeOf(from, name), file),
      putInput: async (input, name, file) =>
        await take(placeFor(name, () => inputFileUri(owner, input, name)), file),
      find: (uri) => files.get(uri),
      open: ({ uri }) => Deno.open(files.get(uri)!.path, { read: true }),
      async read({ uri, size }, offset, length) {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
        if (bytes.length === 0) return bytes;
        using file = await Deno.open(files.get(uri)!.path, { read: true });
        await file.seek(offset, Deno.SeekMode.Start);
        let at = 0;
        while (at < bytes.length) {
          const read = await file.read(bytes.subarray(at));
          if (read === null) break;
          at += read;
        }
        return bytes.subarray(0, at);
      },
      async create(from, name, bytes) {
        const place = await placeOf(from, name);
        const file = await Deno.open(place.path, { write: true, createNew: true, mode: 0o600 });
        using _file = file;
        await writeAll(file, bytes);
        return grown(from, { ...place, size: bytes.length });
      },
      async append(from, uri, bytes) {
        const known = growing.get(from.taskRun)?.get(uri);
        if (known === undefined) return undefined;
        const file = await Deno.open(known.path, { append: true });
        using _file = file;
        await writeAll(file, bytes);
        return grown(from, { ...known, size: known.size + bytes.length });
      },
      async remove(uri) {
        const known = files.get(uri);
        if (known === undefined) return false;
        files.delete(uri);
        for (const it of growing.values()) it.delete(uri);
        await Deno.remove(known.path);
        return true;
      },
      ownedBy({ taskRun }) {
        const own = [...growing.get(taskRun)?.values() ?? []];
        return { count: own.length, bytes: own.reduce((sum, it) => sum + it.size, 0) };
      },
      seal({ taskRun }) {
        for (const { uri, name, size } of growing.get(taskRun)?.values() ?? []) {
          record?.keep({ uri, name, size });
        }
        growing.delete(taskRun);
      },
    };
  };
  return storeOf(owner);
}

function isThere(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}
