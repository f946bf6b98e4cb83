import { holdFile } from "../kernel/mod.ts";
import type { Concurrency } from "../model/mod.ts";

/** Between two looks for a slot that is free. */
const LOOK_MS = 200;

/** One of the executions of a flow that may run at a time, or what becomes of one more. */
export type Slot =
  /** Until it is disposed of, or this process is gone. */
  | { readonly is: "taken"; readonly held: Disposable }
  /** All are taken, and the flow does not wait. */
  | { readonly is: "none" }
  /** Somebody asked to stop while it waited. */
  | { readonly is: "stopped" };

/**
 * Takes one of the slots that a flow's `concurrency` gives, across all harnesses of this user.
 *
 * A slot is a file that is locked, so that a harness that is killed gives it back. Who waits looks
 * again and again: whoever looks first takes what is free, not whoever came first.
 *
 * @param root The state directory.
 * @param onWait Called once when it has to wait.
 * @throws When the files cannot be made (permission, full disk, …).
 */
export async function takeSlot(
  root: string,
  flow: { readonly namespace: string; readonly id: string },
  { limit, behavior }: Concurrency,
  signal: AbortSignal,
  onWait: () => void,
): Promise<Slot> {
  // Two directories: ids and namespaces may both have dots.
  const directory = `${root}/concurrency/${flow.namespace}/${flow.id}`;
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  for (let waits = false;; waits = true) {
    if (signal.aborted) return { is: "stopped" };
    for (let number = 0; number < limit; number++) {
      const held = holdOrMake(`${directory}/${number}.lock`);
      if (held !== undefined) return { is: "taken", held };
    }
    if (behavior !== "QUEUE") return { is: "none" };
    if (!waits) onWait();
    await pause(signal);
  }
}

function holdOrMake(path: string): Disposable | undefined {
  const held = holdFile(path);
  if (held === "held") return undefined;
  if (held !== "missing") return held;
  try {
    // Never removed: two that make one at once must meet at the same file.
    Deno.writeTextFileSync(path, "", { mode: 0o600, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const made = holdFile(path);
  return made === "held" || made === "missing" ? undefined : made;
}

async function pause(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LOOK_MS);
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}
