import {
  findCgroupsNamed,
  killProcess,
  type Libc,
  lockFile,
  openLibc,
  readCgroups,
} from "../kernel/mod.ts";
import { allProcesses, childrenOf, environOf, markOf, ownerOf, statOf } from "./proc.ts";
import { readResumeNotes } from "./containers/resume_note.ts";
import { isExecutionId, KEPT, LOCK, removeTree } from "./workspace.ts";

/** What was cleared of executions whose harness is gone. */
export interface Cleared {
  readonly executions: number;
  readonly processes: number;
  readonly containers: number;
  /** Executions of which something could not be cleared, each with the reason; they are tried again. */
  readonly failures: readonly string[];
}

/** The engine that a task run's container was started with, as a private file keeps it. */
export interface UsedEngine {
  readonly client: string;
  readonly host: string;
  /** What its client finds it by beside the address. */
  readonly env?: Readonly<Record<string, string>>;
}

const ARCH = Deno.build.arch;
/** How often killing is tried on what starts more meanwhile. */
const ROUNDS = 50;

/**
 * Clears what executions have left whose harness was killed: processes, containers, workspaces.
 *
 * Whether a harness lives is told by the lock that it holds on its execution's directory. What
 * belongs to one that lives, to another user, or to nobody that is known is not touched.
 *
 * @param root Where workspaces are made.
 * @param resumes Tasks that are about to run and take up again what was left of them, by their
 * `resumeKey()`: an execution that has a container of one is left for that.
 */
export async function clearLeftOvers(
  root: string,
  resumes: ReadonlySet<string> = new Set(),
): Promise<Cleared> {
  const uid = Deno.uid();
  const cleared = { executions: 0, processes: 0, containers: 0, failures: [] as string[] };
  using libc = openLibc();
  for await (const { name, isDirectory } of Deno.readDir(root)) {
    const path = `${root}/${name}`;
    if (!isDirectory || !isExecutionId(name)) continue;
    const info = await Deno.lstat(path).catch(() => undefined);
    if (info === undefined || info.uid !== uid) continue;
    const lock = lockFile(libc, ARCH, `${path}/${LOCK}`);
    if (lock === "held" || lock === "missing") continue;
    using _held = lock;
    try {
      if (resumes.size > 0) {
        const notes = await readResumeNotes(`${path}/private`);
        if (notes.some((it) => resumes.has(it.key))) continue;
      }
      const { processes, containers } = await clearExecution(libc, path, name);
      cleared.processes += processes;
      cleared.containers += containers;
      cleared.executions++;
    } catch (error) {
      cleared.failures.push(`${path}: ${(error as Error).message}`);
    }
  }
  return cleared;
}

/**
 * Clears what one execution has left, whose lock is held by the caller.
 *
 * @param path Its directory.
 * @param name Its id.
 */
export async function clearExecution(
  libc: Libc,
  path: string,
  name: string,
): Promise<Pick<Cleared, "processes" | "containers">> {
  const processes = await endProcesses(libc, name);
  const containers = await removeContainers(path, name);
  const kept = await Deno.readTextFile(`${path}/${LOCK}`) === KEPT;
  await removeTree(kept ? `${path}/private` : path);
  return { processes, containers };
}

/** Kills what bears a mark of the execution, or is in one of its control groups. */
async function endProcesses(libc: Libc, execution: string): Promise<number> {
  const cgroups = readCgroups();
  const uid = Deno.uid();
  const isOurs = (pid: number) =>
    ownerOf(pid) === uid && markOf(environOf(pid))?.startsWith(`${execution}.`) === true;
  const killed = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const groups = await findCgroupsNamed(cgroups, `bulkhead-${execution}.`);
    const marked = allProcesses().filter(isOurs).filter((it) => statOf(it)?.state !== "Z");
    const grouped = groups.flatMap((it) => it.members);
    if (marked.length + grouped.length === 0) {
      for (const { directory } of groups) await Deno.remove(directory);
      return killed.size;
    }
    for (const pid of marked) killWithChildren(libc, pid, isOurs, killed);
    for (const { directory, members } of groups) {
      for (const pid of members) {
        const isMember = () => cgroupsOf(pid).some((it) => directory.endsWith(it));
        killWithChildren(libc, pid, isMember, killed);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("its processes do not end");
}

function killWithChildren(
  libc: Libc,
  pid: number,
  isMeant: (pid: number) => boolean,
  killed: Set<number>,
): void {
  for (const child of childrenOf(pid)) {
    killWithChildren(libc, child, () => statOf(child)?.parent === pid, killed);
  }
  killProcess(libc, ARCH, pid, () => isMeant(pid) && Boolean(killed.add(pid)));
}

function cgroupsOf(pid: number): readonly string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cgroup`).split("\n")
      .map((it) => it.split(":").slice(2).join(":")).filter((it) => it.length > 1);
  } catch {
    return [];
  }
}

/** Asks each engine that was used until it says twice that nothing is left. */
async function removeContainers(path: string, execution: string): Promise<number> {
  const engines = new Set<string>();
  for await (const { name } of Deno.readDir(`${path}/private`)) {
    if (name.endsWith(".engine")) engines.add(await Deno.readTextFile(`${path}/private/${name}`));
  }
  let removed = 0;
  for (const it of engines) {
    const { client, ...engine }: UsedEngine = JSON.parse(it);
    const label = `label=bulkhead.execution=${execution}`;
    for (let empty = 0, round = 0; empty < 2 && round < ROUNDS; round++) {
      const found = await ask(engine, [client, "ps", "--all", "--quiet", "--filter", label]);
      const ids = found.split("\n").filter((it) => it !== "");
      if (ids.length > 0) await ask(engine, [client, "rm", "--force", "--volumes", ...ids]);
      removed += ids.length;
      empty = ids.length === 0 ? empty + 1 : 0;
      if (empty < 2) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return removed;
}

async function ask(
  engine: Omit<UsedEngine, "client">,
  command: [string, ...string[]],
): Promise<string> {
  const { engineCommand } = await import("./engine_command.ts");
  const { code, stdout, stderr } = await engineCommand(command, engine)
    .stdout("piped").stderr("piped").timeout("10s");
  if (code !== 0) throw new Error(stderr.trim().split("\n")[0] ?? `code ${code}`);
  return stdout;
}
