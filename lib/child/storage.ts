import type { Ask } from "./ask.ts";
import { TaskFailure } from "./task_failure.ts";
import { joinBytes } from "../source/join_bytes.ts";

/** A part of a file: what one question and one answer carry, in bytes. */
const PART_BYTES = 1024 * 1024;

/** A stored file that is being written. */
export interface StoredWriter {
  /** Its URI, also before it is whole. */
  readonly uri: string;
  /** How many bytes have been written. */
  readonly size: number;
  /** Adds to its end, in parts of 1 MiB. */
  write(content: string | Uint8Array): void;
  /** Hands over what is left; later writing is an error. */
  close(): void;
}

/**
 * The internal storage of this execution, by URIs (`kestra:///…`). Every call asks the harness, and is done
 * when it returns; files of other executions cannot be reached.
 */
export interface Storage {
  /** Bytes; `undefined` where there is no such file. */
  size(uri: string): number | undefined;
  /** The whole file. */
  read(uri: string): Uint8Array;
  /** The whole file as UTF-8. */
  readText(uri: string): string;
  /** The file in parts of 1 MiB, so that it is never in memory as a whole. */
  parts(uri: string): Generator<Uint8Array>;
  /**
   * Stores a file; later tasks may read it.
   *
   * @param name Stands at the end of the URI, which is given back.
   */
  write(name: string, content: string | Uint8Array): string;
  /** Begins a file that is written little by little; it can be added to while this task runs. */
  create(name: string): StoredWriter;
  /** @returns Whether it was there. */
  delete(uri: string): boolean;
}

// Taken before the author's code runs, so that it cannot stand in our way by accident.
const { fromBase64 } = Uint8Array as unknown as { fromBase64(text: string): Uint8Array };
const { toBase64 } = Uint8Array.prototype as unknown as { toBase64(this: Uint8Array): string };
const encoder = new TextEncoder();

/** Makes what a task reaches stored files through. */
export function makeStorage(ask: Ask): Storage {
  const size = (uri: string) => ask({ about: "file", do: "size", uri }) as number | undefined;
  function* parts(uri: string): Generator<Uint8Array> {
    for (let offset = 0;;) {
      const part = ask({ about: "file", do: "read", uri, offset, length: PART_BYTES });
      if (typeof part !== "string") {
        throw new TaskFailure(
          `Cannot read "${uri}": this execution has stored no such file`,
        );
      }
      if (part === "") return;
      const bytes = fromBase64.call(Uint8Array, part);
      yield bytes;
      if (bytes.length < PART_BYTES) return;
      offset += bytes.length;
    }
  }
  const read = (uri: string) => joinBytes([...parts(uri)]);
  const create = (name: string) => writerOf(ask, name);
  return {
    size,
    read,
    readText: (uri) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(read(uri)),
    parts,
    write(name, content) {
      const writer = create(name);
      writer.write(content);
      writer.close();
      return writer.uri;
    },
    create,
    delete: (uri) => ask({ about: "file", do: "delete", uri }) === true,
  };
}

function writerOf(ask: Ask, name: string): StoredWriter {
  const put = (bytes: Uint8Array, uri?: string) =>
    ask({
      about: "file",
      do: "write",
      name,
      base64: toBase64.call(bytes),
      ...(uri !== undefined && { uri }),
    }) as string;
  const uri = put(new Uint8Array());
  const buffer = new Uint8Array(PART_BYTES);
  let held = 0;
  let size = 0;
  let isOpen = true;
  const flush = () => {
    if (held > 0) put(buffer.subarray(0, held), uri);
    held = 0;
  };
  return {
    uri,
    get size() {
      return size;
    },
    write(content) {
      if (!isOpen) throw new TaskFailure(`Cannot write "${name}": it is closed`);
      let rest = typeof content === "string" ? encoder.encode(content) : content;
      size += rest.length;
      while (rest.length > 0) {
        const part = rest.subarray(0, PART_BYTES - held);
        buffer.set(part, held);
        held += part.length;
        rest = rest.subarray(part.length);
        if (held === PART_BYTES) flush();
      }
    },
    close() {
      if (isOpen) flush();
      isOpen = false;
    },
  };
}
