import { cacheRoot, type Env } from "./cache_dir.ts";
import { makeOwnDirectory, requireOwn } from "./own_directory.ts";

/** What was proved since this machine was started. */
export interface ProofCache {
  /** Whether the test of this key has held. In doubt it has not. */
  has(key: string): Promise<boolean>;
  /** Remembers that it has. What cannot be written is not remembered, and that is all. */
  add(key: string): Promise<void>;
}

const FILE = "self-test.json";
/** More runtimes than anybody has; the file stays small. */
const MOST = 50;

/** Of random bits, so it names this start of this machine and no other. */
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

interface Proofs {
  readonly v: 1;
  readonly boot: string;
  readonly proved: readonly string[];
}

/**
 * Opens the record of self-tests that held, in the harness's cache.
 *
 * It is believed because only this user may write there. A record that another may write, that is
 * damaged, or of another boot counts as none. Nothing is remembered where the kernel does not say
 * which boot this is.
 */
export function openProofCache(env: Env): ProofCache {
  const root = cacheRoot(env);
  const path = `${root}/${FILE}`;
  return {
    has: async (key) => (await readProofs(root, path)).includes(key),
    async add(key) {
      const boot = await bootId();
      if (boot === undefined) return;
      const others = (await readProofs(root, path)).filter((it) => it !== key);
      const proofs: Proofs = { v: 1, boot, proved: [...others, key].slice(-MOST) };
      const fresh = `${root}/.${FILE}-${crypto.randomUUID()}`;
      try {
        await makeOwnDirectory(root);
        await Deno.writeTextFile(fresh, JSON.stringify(proofs), { createNew: true, mode: 0o600 });
        await Deno.rename(fresh, path);
      } catch {
        await Deno.remove(fresh).catch(() => {});
      }
    },
  };
}

async function readProofs(root: string, path: string): Promise<readonly string[]> {
  try {
    for (const it of [root, path]) requireOwn(it, await Deno.stat(it));
    if ((await Deno.lstat(path)).isSymlink) return [];
    const { v, boot, proved } = JSON.parse(await Deno.readTextFile(path)) as Proofs;
    if (v !== 1 || boot !== await bootId() || !Array.isArray(proved)) return [];
    return proved;
  } catch {
    return []; // There is none, or none to believe: test again.
  }
}

async function bootId(): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(BOOT_ID)).trim() || undefined;
  } catch {
    return undefined;
  }
}
