import { StageError } from "../model/mod.ts";
import { MAX_FILE_BYTES } from "./parse_yaml.ts";

/**
 * Turns a file's bytes into text, and refuses what is not text.
 *
 * @param bytes The whole file.
 * @param file Shown in diagnostics.
 * @throws {StageError} `yaml/too-large`, `yaml/not-utf8`.
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new StageError([{
      code: "yaml/too-large",
      severity: "error",
      message:
        `Cannot read "${file}": it has ${bytes.length} bytes, the limit is ${MAX_FILE_BYTES}`,
    }]);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new StageError(
      [{
        code: "yaml/not-utf8",
        severity: "error",
        message: `Cannot read "${file}": it is not UTF-8 text`,
      }],
      "input",
      { cause },
    );
  }
}
