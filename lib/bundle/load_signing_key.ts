import { StageError } from "../model/mod.ts";
import { readSigningKey, type SigningKey } from "./keys.ts";
import { readBounded } from "./read_bounded.ts";

const MAX_KEY_BYTES = 4_096;

/**
 * Loads the key that signs.
 *
 * @throws {StageError} When it cannot be read, is no such key, or others may read it.
 */
export async function loadSigningKey(path: string): Promise<SigningKey> {
  const { bytes, info } = await readBounded(path, "key", MAX_KEY_BYTES);
  if (((info.mode ?? 0) & 0o077) !== 0) {
    throw unusable(path, "other users may read or write it", `chmod 600 ${path}`);
  }
  const read = await readSigningKey(new TextDecoder().decode(bytes));
  if (read.ok) return read.key;
  throw unusable(path, read.fact, "bulkhead keygen makes NAME.key");
}

function unusable(path: string, fact: string, help: string): StageError {
  return new StageError([{
    code: "bundle/key-unusable",
    severity: "error",
    message: `Cannot sign with "${path}": ${fact}`,
    help,
  }]);
}
