import {
  type Cgroup,
  type CgroupPlaces,
  type Libc,
  limitProcess,
  makeCgroup,
  openLibc,
  type ProcessCommand,
  type Spawn,
  type StartedProcess,
  tieProcess,
} from "../kernel/mod.ts";
import type { LimitName, LimitValues } from "../model/mod.ts";
import { allProcesses, MARK, ownerOf, threadsOf } from "./proc.ts";
import { kill, openProcessTrees, type ProcessTrees } from "./process_tree.ts";

/** How a process is known, and what it may use up. */
export interface Supervision {
  /** Nobody may guess it. */
  readonly mark: string;
  readonly limits: LimitValues;
  /** Whether it is Deno, whose own needs come on top of the limit of memory; it is by default. */
  readonly isRuntime?: boolean;
}

/** A process that neither outlives the harness nor leaves anything behind. */
export interface SupervisedProcess extends StartedProcess {
  /** Kills it, and with it what is in its group; not once it has ended: its number passes on. */
  kill(): void;
  /** When it has ended: ends all that it started, and says which limits held it back. */
  end(): Promise<Ended>;
}

/** What was found when a process and all it started were gone. */
export interface Ended {
  readonly hits: readonly LimitName[];
  /** Processes that did not end although they were killed. */
  readonly left: number;
}

/** Starts a process and keeps it. */
export type Supervise = (
  spawn: Spawn,
  command: ProcessCommand,
  supervision: Supervision,
) => Promise<SupervisedProcess>;

/** Keeps processes: limits them before they have work, ties them to the harness, ends their trees. */
export interface Supervisor extends Disposable {
  readonly supervise: Supervise;
}

const ARCH = Deno.build.arch;
const MIB = 2 ** 20;
/**
 * Private memory that Deno 2.9 has reserved before it runs a line: 560 MB on two cores, of which it
 * uses 40, and stacks for each core.
 */
const RESERVED_BYTES = (560 + 16 * navigator.hardwareConcurrency) * MIB;
/**
 * What a control group counts beside: 45 MB before it runs a line, and its own files in the cache. With
 * room above that, one process hears of its limit before the group is killed for it.
 */
const RUNTIME_BYTES = 160 * MIB;

/**
 * Opens a supervisor.
 *
 * @param cgroups Where groups can be made; without them memory is limited for each process alone,
 * and processes are counted for the user as a whole, of a superuser not at all.
 */
export function openSupervisor(cgroups: CgroupPlaces): Supervisor {
  const libc = openLibc();
  const trees = openProcessTrees(libc);
  return {
    supervise: async (spawn, command, supervision) =>
      await start({ libc, trees, cgroups }, spawn, command, supervision),
    [Symbol.dispose]: () => libc[Symbol.dispose](),
  };
}

interface Means {
  readonly libc: Libc;
  readonly trees: ProcessTrees;
  readonly cgroups: CgroupPlaces;
}

async function start(
  { libc, trees, cgroups }: Means,
  spawn: Spawn,
  command: ProcessCommand,
  { mark, limits, isRuntime = true }: Supervision,
): Promise<SupervisedProcess> {
  trees.expect(mark);
  const grouped = groupFor(cgroups, mark, limits, isRuntime);
  grouped.catch(() => {}); // told below
  let process: StartedProcess;
  try {
    process = await spawn({ ...command, env: { ...command.env, [MARK]: mark } });
  } catch (error) {
    await trees.end(mark);
    await (await grouped)?.remove();
    throw error;
  }
  trees.expect(mark, process.pid);
  const own = command.session === "own";
  const killIt = () => kill(own ? -process.pid : process.pid);
  let tie: Disposable | undefined;
  const end = async () => {
    if (own) killIt();
    tie?.[Symbol.dispose]();
    const group = await grouped.catch(() => undefined);
    await group?.stopForks();
    const left = await trees.end(mark);
    const hits = await hitsOf(group);
    if (left === 0) await group?.remove();
    return { hits, left };
  };
  try {
    tie = tieProcess(libc, ARCH, process.pid, own);
    limitProcess(libc, ARCH, process.pid, {
      ...dataLimit(limits, isRuntime, cgroups),
      ...(limits.files !== undefined && { files: limits.files }),
      ...(limits.workspaceBytes !== undefined && { fileSize: limits.workspaceBytes }),
      ...(limits.processes !== undefined && countsWholeUser(cgroups) &&
        { processes: limits.processes + threadsOfUser() }),
    });
    await (await grouped)?.take(process.pid);
  } catch (error) {
    // What waits for no work may be gone by now; where it was to have no limits, none are missing.
    const isGone = Object.keys(limits).length === 0 && /\bESRCH\b/.test(String(error));
    if (!isGone) {
      killIt();
      await process.status;
      await end();
      throw new Error(`its limits cannot be set: ${(error as Error).message}`);
    }
  }
  // One by one: what Deno gives has them as getters.
  const { pid, stdin, stdout, stderr, status } = process;
  return { pid, stdin, stdout, stderr, status, kill: killIt, end };
}

/** What one process may have; where a group counts, other programs are left to it. */
function dataLimit(
  { memoryBytes }: LimitValues,
  isRuntime: boolean,
  { memory }: CgroupPlaces,
): { readonly data?: number } {
  if (memoryBytes === undefined) return {};
  if (isRuntime) return { data: memoryBytes + RESERVED_BYTES };
  return memory === undefined ? { data: memoryBytes } : {};
}

/** Whether the limit of processes is one of the user's (`RLIMIT_NPROC`), which no superuser has. */
export function countsWholeUser({ pids }: CgroupPlaces): boolean {
  return pids === undefined && Deno.uid() !== 0;
}

async function groupFor(
  cgroups: CgroupPlaces,
  mark: string,
  { memoryBytes, processes }: LimitValues,
  isRuntime: boolean,
): Promise<Cgroup | undefined> {
  const ceilings = {
    ...(cgroups.memory && memoryBytes !== undefined &&
      { memory: memoryBytes + (isRuntime ? RUNTIME_BYTES : 0) }),
    ...(cgroups.pids && processes !== undefined && { pids: processes }),
  };
  if (Object.keys(ceilings).length === 0) return undefined;
  return await makeCgroup(cgroups, `bulkhead-${mark}`, ceilings);
}

async function hitsOf(group: Cgroup | undefined): Promise<readonly LimitName[]> {
  const names = [["pids", "processes"], ["memory", "memory"]] as const;
  const counts = await Promise.all(names.map(([it]) => group?.hits(it)));
  return names.flatMap(([, name], i) => (counts[i] ?? 0) > 0 ? [name] : []);
}

/** The kernel counts what the user has anyway: a task's share comes on top. */
function threadsOfUser(): number {
  const uid = Deno.uid();
  return allProcesses().filter((it) => ownerOf(it) === uid)
    .reduce((sum, it) => sum + threadsOf(it), 0);
}
