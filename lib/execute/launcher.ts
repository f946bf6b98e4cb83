import {
  openKernelThreads,
  type ProcessCommand,
  readCgroups,
  type Spawn,
  spawnHere,
} from "../kernel/mod.ts";
import type { Found, Kernel, KernelRules, LimitValues } from "../model/mod.ts";
import {
  countsWholeUser,
  openSupervisor,
  type SupervisedProcess,
  type Supervision,
} from "./supervise.ts";
import { randomId } from "./workspace.ts";

/**
 * Starts a process that is kept.
 *
 * @param supervision Without it the process has no limits, and a mark of its own.
 * @throws When it cannot be started: no such program, not permitted, limits that cannot be set, …
 */
export type Start = (
  command: Omit<ProcessCommand, "session">,
  supervision?: Supervision,
) => Promise<SupervisedProcess>;

/** Starts processes from where their rules say. */
export interface Launcher extends Disposable {
  /** A way to start processes under these rules; without rules, like any process. */
  under(rules: KernelRules | undefined): Start;
  /**
   * Whether limits mean the same whenever their process starts. Without a control group processes
   * are counted with all others of the user: what is there at the start is let in addition.
   */
  areSteady(limits: LimitValues): boolean;
}

/**
 * Opens a launcher, to be disposed of when all its processes have ended.
 *
 * @param kernel Of this machine; where there is none, starting under rules fails.
 */
export function openLauncher(kernel: Found<Kernel>): Launcher {
  const threads = kernel.found ? openKernelThreads(kernel.value) : undefined;
  const cgroups = readCgroups();
  const supervisor = openSupervisor(cgroups);
  const spawnUnder = (rules: KernelRules | undefined): Spawn => async (command) => {
    if (rules === undefined) return spawnHere(command);
    if (threads === undefined) throw new Error("this machine has no kernel layer");
    return await threads.spawn(rules, command);
  };
  return {
    under: (rules) => (command, supervision = { mark: randomId(), limits: {} }) =>
      supervisor.supervise(
        spawnUnder(rules),
        { ...command, session: sessionOf(rules) },
        supervision,
      ),
    areSteady: ({ processes }) => processes === undefined || !countsWholeUser(cgroups),
    [Symbol.dispose]() {
      threads?.[Symbol.dispose]();
      supervisor[Symbol.dispose]();
    },
  };
}

/** What the kernel lets start nothing leaves nothing behind, and needs no session to be found by. */
function sessionOf(rules: KernelRules | undefined): ProcessCommand["session"] {
  return rules === undefined || rules.spawn ? "own" : "shared";
}
