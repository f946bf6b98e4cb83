import type { Storage } from "../../storage.ts";
import { TaskFailure } from "../../task_failure.ts";

/** The longest line, in UTF-16 units. */
const MAX_LINE = 16 * 1024 * 1024;

/** The lines of a stored file, without their separators; after the last one comes nothing. */
export function* linesOf(storage: Storage, uri: string, separator = "\n"): Generator<string> {
  if (separator === "") throw new TaskFailure('Cannot use "separator": it is empty');
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  for (const part of storage.parts(uri)) {
    const lines = (rest + decoder.decode(part, { stream: true })).split(separator);
    rest = lines.pop()!;
    if (rest.length > MAX_LINE) {
      throw new TaskFailure(`Cannot read "${uri}": it has a line of more than ${MAX_LINE} signs`);
    }
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
