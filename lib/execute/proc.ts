/** The variable by which a process of a task run is known, however far it has gone. */
export const MARK = "BULKHEAD_TASK_RUN";

/** What the kernel says of a process (`proc_pid_stat(5)`). */
export interface Stat {
  /** One letter; `Z` is a process that has ended and was not collected. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/** Reads the parent, the group and the session of a process; `undefined` when it is gone. */
export function statOf(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name of a program stands in parentheses, and may hold some.
  const [state, ...numbers] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [parent, group, session] = numbers.map(Number);
  return { state: state!, parent: parent!, group: group!, session: session! };
}

/** The user that a process belongs to; `undefined` when it is gone. */
export function ownerOf(pid: number): number | undefined {
  try {
    return Deno.statSync(`/proc/${pid}`).uid ?? undefined;
  } catch {
    return undefined;
  }
}

/** How many threads a process has; 0 when it is gone. */
export function threadsOf(pid: number): number {
  const text = read(`/proc/${pid}/stat`);
  return Number(text?.slice(text.lastIndexOf(")") + 2).split(" ")[17] ?? 0);
}

/** Reads what a process was started with; `undefined` when it is gone, or not to be looked into. */
export function environOf(pid: number): string | undefined {
  return read(`/proc/${pid}/environ`);
}

/** The mark in an environment. */
export function markOf(environ: string | undefined): string | undefined {
  return environ?.split("\0").find((it) => it.startsWith(`${MARK}=`))?.slice(MARK.length + 1);
}

/** Lists the children of all threads of a process; none when it is gone. */
export function childrenOf(pid: number): readonly number[] {
  let threads: readonly string[];
  try {
    threads = [...Deno.readDirSync(`/proc/${pid}/task`)].map((it) => it.name);
  } catch {
    return [];
  }
  const lists = threads.map((it) => read(`/proc/${pid}/task/${it}/children`));
  // A thread may have ended; where there is no list of any, the kernel was built without.
  return lists.every((it) => it === undefined)
    ? allProcesses().filter((it) => statOf(it)?.parent === pid)
    : lists.flatMap((it) => it?.split(" ") ?? []).filter((it) => it !== "").map(Number);
}

/**
 * Lists the children that have come to a process when their own parent was gone.
 *
 * The kernel gives orphans to the first thread; a child that another thread started is that one's.
 * Where it tells no children of threads, all of them are listed.
 */
export function adoptedBy(pid: number): readonly number[] {
  const list = read(`/proc/${pid}/task/${pid}/children`);
  return list === undefined
    ? childrenOf(pid)
    : list.split(" ").filter((it) => it !== "").map(Number);
}

/** Lists the processes that can be seen. */
export function allProcesses(): readonly number[] {
  return [...Deno.readDirSync("/proc")].map((it) => Number(it.name)).filter(Number.isInteger);
}

function read(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return undefined;
  }
}
