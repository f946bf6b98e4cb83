import { writeWhole } from "../bundle/mod.ts";
import { StageError } from "../model/mod.ts";

/**
 * Writes a file that a command makes, whole or not at all.
 *
 * @throws {StageError} `host`, when it cannot be written.
 */
export async function writeResult(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  try {
    await writeWhole(path, bytes, mode);
  } catch (cause) {
    const { code, message } = cause as Error & { readonly code?: string };
    throw new StageError(
      [{
        code: "bundle/unwritable",
        severity: "error",
        message: `Cannot write "${path}": ` +
          (code === "ENOSPC" || code === "EDQUOT"
            ? "no space left"
            : message.replace(/ \(os error \d+\).*$/, "").toLowerCase()),
      }],
      "host",
      { cause },
    );
  }
}
