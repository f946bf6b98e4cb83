import { makeHeldFile } from "../kernel/mod.ts";

/** The directory of one task run. */
export interface Workspace extends AsyncDisposable {
  readonly path: string;
  /** The directory it lies in, alone: no other task run has a workspace there while it lasts. */
  readonly slot: string;
  /** Removes it, also where workspaces are kept: nothing was done in it. */
  remove(): Promise<void>;
}

/** Where the workspaces of one execution are. */
export interface ExecutionRoot extends AsyncDisposable {
  readonly path: string;
  /** Its name: what is started for it bears it, so that the next harness finds what is left. */
  readonly id: string;
  /** Makes a fresh, private directory. */
  workspace(taskRun: string): Promise<Workspace>;
  /** A private file beside the workspaces, where no task may look; `name` may be `directory/name`. */
  privateFile(name: string, text: string): Promise<string>;
}

/**
 * Makes the directory of an execution below `root`: mode 0700, with a name that nobody guesses.
 *
 * @param root An existing directory.
 * @param execution The name: the execution's id, or another where that is resumed, since what an earlier
 * harness has left of it may still be there.
 * @param keep Leaves the workspaces when the execution ends.
 * @throws When it cannot be made (permission, full disk, …).
 */
export async function makeExecutionRoot(
  root: string,
  execution: string,
  keep: boolean,
): Promise<ExecutionRoot> {
  const path = `${root}/${execution}`;
  await Deno.mkdir(path, { mode: 0o700 });
  const hidden = `${path}/private`;
  await Deno.mkdir(hidden, { mode: 0o700 });
  const lock = makeHeldFile(`${path}/${LOCK}`, keep ? KEPT : "");
  const taken = new Set<number>();
  const made = new Map<number, Promise<string>>();
  const slotOf = async (number: number) => {
    const slot = made.get(number) ?? makeSlot(path, number);
    made.set(number, slot);
    slot.catch(() => made.delete(number));
    return await slot;
  };
  const makeWorkspace = async (number: number, taskRun: string) => {
    const slot = await slotOf(number);
    const workspace = `${slot}/${taskRun}`;
    await Deno.mkdir(workspace, { mode: 0o700 });
    return { slot, workspace };
  };
  return {
    path,
    id: execution,
    async workspace(taskRun) {
      const number = free(taken);
      taken.add(number); // before anything is waited for: two may ask at once
      const { slot, workspace } = await makeWorkspace(number, taskRun).catch((error) => {
        taken.delete(number);
        throw error;
      });
      const remove = async () => {
        await removeTree(workspace);
        taken.delete(number);
      };
      return {
        path: workspace,
        slot,
        remove,
        async [Symbol.asyncDispose]() {
          // Kept with its slot, where nobody else may come.
          if (!keep) await remove();
        },
      };
    },
    async privateFile(name, text) {
      const file = `${hidden}/${name}`;
      const directory = file.slice(0, file.lastIndexOf("/"));
      if (directory !== hidden) await Deno.mkdir(directory, { mode: 0o700, recursive: true });
      await Deno.writeTextFile(file, text, { mode: 0o600, createNew: true });
      return file;
    },
    async [Symbol.asyncDispose]() {
      await removeTree(keep ? hidden : path);
      lock[Symbol.dispose]();
    },
  };
}

/** The file in an execution's directory that its harness holds a lock on, as long as it lives. */
export const LOCK = "private/lock";
/** What that file says when the workspaces are to be kept; otherwise it is empty. */
export const KEPT = "keep";

function free(taken: ReadonlySet<number>): number {
  let number = 0;
  while (taken.has(number)) number++;
  return number;
}

async function makeSlot(path: string, number: number): Promise<string> {
  const slot = `${path}/slot-${number}`;
  await Deno.mkdir(slot, { mode: 0o700 });
  return slot;
}

/**
 * Removes a tree that may be gone already, and whose directories a task may have closed to us.
 *
 * Follows no link: a link is removed, what it leads to stays.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    await openDirectories(path);
    await Deno.remove(path, { recursive: true });
  }
}

async function openDirectories(path: string): Promise<void> {
  if (!(await Deno.lstat(path)).isDirectory) return;
  await Deno.chmod(path, 0o700);
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (isDirectory) await openDirectories(`${path}/${name}`);
  }
}

/** An id that nobody guesses: 100 bits, in letters and digits that file names and labels take. */
export function randomId(): string {
  const alphabet = "0123456789abcdefghijklmnopqrstuv";
  return [...crypto.getRandomValues(new Uint8Array(20))].map((it) => alphabet[it & 31]).join("");
}

/** Whether a name is of the form that {@linkcode randomId} makes. */
export function isExecutionId(name: string): boolean {
  return /^[0-9a-v]{20}$/.test(name);
}
