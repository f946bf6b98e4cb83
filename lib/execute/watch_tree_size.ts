/** A directory tree that is measured while somebody else writes it. */
export interface SizeWatch {
  /** Measures it once more, and no more after that. */
  stop(): Promise<void>;
}

/** The first pause between two measurements. */
const PAUSE_MS = 100;
/** What measuring may take of the time. */
const SHARE = 0.1;
/** What an entry counts for at least, whatever is in it. */
const ENTRY_BYTES = 4096;

/**
 * Watches how large a tree becomes, and says once that it is larger than it may be.
 *
 * Counts the sizes of files as they stand, each entry for 4096 bytes at least, and follows no link.
 * A directory that is closed to us is too large.
 *
 * @param limit Bytes.
 */
export function watchTreeSize(root: string, limit: number, onOver: () => void): SizeWatch {
  const stopped = Promise.withResolvers<void>();
  let over = false;
  let ended = false;
  const measure = async () => {
    const budget = { left: limit };
    await spend(root, budget);
    if (budget.left < 0 && !over) {
      over = true;
      onOver();
    }
  };
  const watching = (async () => {
    for (let pause = PAUSE_MS; !ended && !over;) {
      const timer = Promise.withResolvers<void>();
      const id = setTimeout(timer.resolve, pause);
      await Promise.race([timer.promise, stopped.promise]);
      clearTimeout(id);
      if (ended) return;
      const since = performance.now();
      await measure();
      pause = Math.max(PAUSE_MS, (performance.now() - since) / SHARE);
    }
  })();
  return {
    async stop() {
      ended = true;
      stopped.resolve();
      await watching;
      if (!over) await measure();
    },
  };
}

/** Takes the size of a tree from a budget, until that is gone. */
async function spend(directory: string, budget: { left: number }): Promise<void> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      const path = `${directory}/${name}`;
      const size = isDirectory ? 0 : (await Deno.lstat(path).catch(() => undefined))?.size ?? 0;
      budget.left -= Math.max(ENTRY_BYTES, size);
      if (budget.left < 0) return;
      if (isDirectory) await spend(path, budget);
    }
  } catch (error) {
    // What is closed to us may hold anything. It is not opened: it may have become a link.
    if (error instanceof Deno.errors.PermissionDenied) budget.left = -1;
    else if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
