import { openKernelThreads, type Spawn, spawnHere } from "../kernel/mod.ts";
import type { Found, Kernel, KernelRules } from "../model/mod.ts";

/** Starts processes from where their rules say. */
export interface Launcher extends Disposable {
  /** A way to start processes under these rules; without rules, like any process. */
  under(rules: KernelRules | undefined): Spawn;
  /** Gets ready for a process under these rules. */
  prepare(rules: KernelRules): void;
}

/**
 * Opens a launcher, to be disposed of when all its processes have ended.
 *
 * @param kernel Of this machine; where there is none, starting under rules fails.
 */
export function openLauncher(kernel: Found<Kernel>): Launcher {
  const threads = kernel.found ? openKernelThreads(kernel.value) : undefined;
  return {
    under: (rules) => async (command) => {
      if (rules === undefined) return spawnHere(command);
      if (threads === undefined) throw new Error("this machine has no kernel layer");
      return await threads.spawn(rules, command);
    },
    prepare: (rules) => threads?.prepare(rules),
    [Symbol.dispose]: () => threads?.[Symbol.dispose](),
  };
}
