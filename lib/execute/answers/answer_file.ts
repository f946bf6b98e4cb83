import { Buffer } from "node:buffer";
import { toBase64 } from "./to_base64.ts";
import type { Answer, Question } from "../../model/mod.ts";
import { type Asker, refuse } from "./asker.ts";

/** What one part of a file may come to, in bytes. */
export const MAX_PART_BYTES = 1024 * 1024;
/** How many files one task run may store by asking. */
export const MAX_FILES = 10_000;

type FileQuestion = Extract<Question, { about: "file" }>;

/**
 * Answers a question about a stored file. A URI is looked up among those that this execution has given
 * out and is never made into a path; what a task writes is added to files of its own task run only.
 */
export async function answerFile(question: FileQuestion, asker: Asker): Promise<Answer> {
  const { files, from } = asker;
  switch (question.do) {
    case "read": {
      const { uri, offset, length } = question;
      const stored = files.find(uri);
      if (stored === undefined) return { ok: true };
      if (!isCount(offset) || !isCount(length) || length > MAX_PART_BYTES) {
        return refuse(
          `Cannot read "${uri}": a part begins at a byte and has ${MAX_PART_BYTES} bytes at most`,
        );
      }
      return { ok: true, value: toBase64(await files.read(stored, offset, length)) };
    }
    case "size": {
      const stored = files.find(question.uri);
      return { ok: true, ...(stored && { value: stored.size }) };
    }
    case "delete":
      return { ok: true, value: await files.remove(question.uri) };
    case "write": {
      const { name, uri, base64 } = question;
      if (base64.length > Math.ceil(MAX_PART_BYTES / 3) * 4) {
        return refuse(`Cannot write "${name}": a part has ${MAX_PART_BYTES} bytes at most`);
      }
      const bytes = Buffer.from(base64, "base64");
      const mine = files.ownedBy(from);
      const left = (asker.maxStoredBytes ?? Infinity) - mine.bytes;
      if (bytes.length > left) {
        return refuse(
          `Cannot write "${name}": the files of a task run have ${asker.maxStoredBytes} bytes at most`,
        );
      }
      if (uri === undefined && mine.count >= MAX_FILES) {
        return refuse(`Cannot write "${name}": a task run stores ${MAX_FILES} files at most`);
      }
      const stored = uri === undefined
        ? await files.create(from, name, bytes)
        : await files.append(from, uri, bytes);
      return stored === undefined
        ? refuse(`Cannot add to "${uri}": this task run has stored no such file`)
        : { ok: true, value: stored.uri };
    }
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
