import { writeWhole } from "../bundle/mod.ts";
import { StageError } from "../model/mod.ts";
import { unwritableFact } from "./unwritable_fact.ts";

/**
 * Writes a file that a command makes, whole or not at all.
 *
 * @throws {StageError} `host`, when it cannot be written.
 */
export async function writeResult(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  try {
    await writeWhole(path, bytes, mode);
  } catch (cause) {
    throw new StageError(
      [{
        code: "bundle/unwritable",
        severity: "error",
        message: `Cannot write "${path}": ${unwritableFact(cause)}`,
      }],
      "host",
      { cause },
    );
  }
}
