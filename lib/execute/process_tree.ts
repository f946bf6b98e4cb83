import { adoptOrphans, killProcess, type Libc, reapOrphan } from "../kernel/mod.ts";
import { adoptedBy, childrenOf, environOf, markOf, type Stat, statOf } from "./proc.ts";

/**
 * First processes of task runs that are under way, by the marks of those. Orphans come to the
 * harness's process as a whole, so this is the process's too.
 */
const RUNNING = new Map<string, { readonly pid: number | undefined }>();

/** How long a process that was killed may take to be gone: its disk may hang. */
const PATIENCE_MS = 10_000;

/** Ends trees of processes: what a task run started, and what that started. */
export interface ProcessTrees {
  /** Says that a process with this mark will be started, and then which one it is. */
  expect(mark: string, pid?: number): void;
  /**
   * Kills what is left of a task run whose first process has ended, until nothing is.
   *
   * Whatever a process does to get away (another session, a fork more, another environment), when
   * its parent is gone it is ours.
   *
   * @returns How many could not be ended in ten seconds.
   */
  end(mark: string): Promise<number>;
}

/** Opens the trees. From now on this process is parent of the orphans among its descendants. */
export function openProcessTrees(libc: Libc): ProcessTrees {
  adoptOrphans(libc, ARCH);
  const own = { session: statOf(Deno.pid)?.session, environ: environOf(Deno.pid) };
  return {
    expect: (mark, pid) => void RUNNING.set(mark, { pid }),
    async end(mark) {
      RUNNING.set(mark, { pid: undefined }); // its number may go to another from now on
      try {
        const since = performance.now();
        for (let pause = 0;; pause = Math.min(pause + 1, 20)) {
          const left = orphansOf(mark, own);
          if (left.length === 0) return 0;
          killAll(libc, left);
          const alive = left.filter((it) => reapOrphan(libc, ARCH, it.pid) === "alive");
          if (performance.now() - since > PATIENCE_MS) return alive.length;
          if (alive.length > 0) await new Promise((resolve) => setTimeout(resolve, pause));
        }
      } finally {
        RUNNING.delete(mark);
      }
    },
  };
}

const ARCH = Deno.build.arch;

/** A child of this process that Deno does not know of. */
interface Orphan extends Stat {
  readonly pid: number;
}

/**
 * The orphans that a task run has left.
 *
 * A process of the harness's own session was started by the harness for itself: a task's first
 * process leads a session of its own, and no process enters another. Of the rest, one that is in the
 * session of another task run under way, or bears its mark, is that one's.
 */
function orphansOf(
  mark: string,
  own: { readonly session: number | undefined; readonly environ: string | undefined },
): readonly Orphan[] {
  const children = adoptedBy(Deno.pid);
  if (children.length === 0) return [];
  const leaders = new Set([...RUNNING.values()].map((it) => it.pid));
  return children.flatMap((pid) => {
    if (leaders.has(pid)) return []; // Deno waits for it
    const stat = statOf(pid);
    if (stat === undefined || stat.session === own.session || leaders.has(stat.session)) return [];
    const environ = environOf(pid);
    // One that is only about to become a task has our own environment still.
    if (environ && environ === own.environ) return [];
    const theirs = markOf(environ);
    return theirs !== undefined && theirs !== mark && RUNNING.has(theirs) ? [] : [{ pid, ...stat }];
  });
}

/**
 * Kills orphans, their groups and what descends from them.
 *
 * A group is killed between two forks, so that none of it gets away. Its number is not given to
 * another while it has a member, and an orphan is one until it is reaped.
 */
function killAll(libc: Libc, orphans: readonly Orphan[]): void {
  for (const group of new Set(orphans.map((it) => it.group))) if (group > 1) kill(-group);
  for (const { pid } of orphans) {
    killDescendants(libc, pid);
    kill(pid);
  }
}

function killDescendants(libc: Libc, parent: number): void {
  for (const pid of childrenOf(parent)) {
    killDescendants(libc, pid);
    killProcess(libc, ARCH, pid, () => statOf(pid)?.parent === parent);
  }
}

/** Kills a process; one of a negative number is a group. */
export function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    // Nobody is left: that is what was wanted.
    if (!(error instanceof Deno.errors.NotFound) && !/ESRCH/.test(String(error))) throw error;
  }
}
