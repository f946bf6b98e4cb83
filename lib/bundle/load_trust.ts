import { type Diagnostic, StageError } from "../model/mod.ts";
import { type PublicKey, readPublicKey } from "./keys.ts";
import { MAX_KEYS } from "./limits.ts";
import { readBounded } from "./read_bounded.ts";

const MAX_KEY_BYTES = 4_096;

/**
 * Loads the keys that a node trusts.
 *
 * @param paths Files, or directories whose `*.pub` files are meant.
 * @throws {StageError} When one cannot be read, is no key, or may be written by another user than
 * this one and root: whoever writes it says what runs here. `usage` when there is no key at all.
 */
export async function loadTrust(paths: readonly string[]): Promise<readonly PublicKey[]> {
  const problems: Diagnostic[] = [];
  const keys = new Map<string, PublicKey>();
  for (const path of paths) {
    try {
      for (const file of await filesOf(path)) {
        const { bytes, info } = await readBounded(file, "key", MAX_KEY_BYTES);
        refuseWritable(file, info);
        const read = await readPublicKey(new TextDecoder().decode(bytes));
        if (read.ok) keys.set(read.key.id, read.key);
        else throw unusable(file, read.fact, "bulkhead keygen makes NAME.pub");
      }
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems.push(...error.diagnostics);
    }
  }
  if (problems.length > 0) throw new StageError(problems);
  if (keys.size > MAX_KEYS) {
    throw unusable(paths.join(":"), `${keys.size} keys, the limit is ${MAX_KEYS}`);
  }
  if (keys.size > 0) return [...keys.values()];
  throw new StageError([{
    code: "bundle/no-trust",
    severity: "error",
    message: "Cannot use a bundle: no key is trusted",
    help: "Name the public key of who packs: --trust NAME.pub, or BULKHEAD_TRUST",
  }], "usage");
}

async function filesOf(path: string): Promise<readonly string[]> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info?.isDirectory) return [path];
  refuseWritable(path, info);
  let names: string[];
  try {
    names = (await Array.fromAsync(Deno.readDir(path))).map((it) => it.name);
  } catch {
    throw unusable(path, "it cannot be listed");
  }
  const files = names.filter((it) => it.endsWith(".pub")).toSorted();
  if (files.length === 0) throw unusable(path, "it holds no .pub file");
  return files.map((it) => `${path.replace(/\/+$/, "")}/${it}`);
}

function refuseWritable(path: string, { uid, mode }: Deno.FileInfo): void {
  if (uid !== 0 && uid !== Deno.uid()) {
    throw unusable(path, `it belongs to user ${uid}, and we run as ${Deno.uid()}`);
  }
  if (((mode ?? 0) & 0o022) !== 0) {
    throw unusable(path, "other users may write it", `chmod go-w ${path}`);
  }
}

function unusable(path: string, fact: string, help?: string): StageError {
  return new StageError([{
    code: "bundle/trust-unusable",
    severity: "error",
    message: `Cannot trust the keys of "${path}": ${fact}`,
    ...(help !== undefined && { help }),
  }]);
}
