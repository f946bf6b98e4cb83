import { randomId } from "../workspace.ts";
import type { FileStore, Origin, StoredFile } from "./file_store.ts";
import { writeAll } from "./open_tree.ts";

/** Where a text goes on its way to the store. */
export interface TextPlaces {
  readonly store: FileStore;
  /** A directory of the harness's own. */
  readonly scratch: string;
}

/** Stores a text that comes in pieces, of which only one at a time is held in memory. */
export async function storeText(
  places: TextPlaces,
  from: Origin,
  name: string,
  pieces: Iterable<string>,
): Promise<StoredFile> {
  await using writer = await openTextWriter(places, from, name);
  for (const it of pieces) await writer.write(it);
  return await writer.end();
}

/** A file that is written before it is stored. */
export interface TextWriter extends AsyncDisposable {
  write(text: string): Promise<void>;
  /** Stores what was written. */
  end(): Promise<StoredFile>;
}

/** Opens a file to be stored; what is not ended leaves nothing. */
export async function openTextWriter(
  { store, scratch }: TextPlaces,
  from: Origin,
  name: string,
): Promise<TextWriter> {
  const path = `${scratch}/text-${randomId()}`;
  const file = await Deno.open(path, { read: true, write: true, createNew: true, mode: 0o600 });
  let isOpen = true;
  return {
    write: (text) => writeAll(file, new TextEncoder().encode(text)),
    async end() {
      await file.seek(0, Deno.SeekMode.Start);
      isOpen = false;
      return await store.put(from, name, file); // closes it
    },
    async [Symbol.asyncDispose]() {
      if (isOpen) file.close();
      await Deno.remove(path);
    },
  };
}
