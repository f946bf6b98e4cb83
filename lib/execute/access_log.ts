import { posix } from "node:path";
import type { Denial } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import type { ExecutionRoot, Workspace } from "./workspace.ts";

/** What a child asks Deno for while its task runs, whether it gets it or not. */
export interface AccessLog {
  /** What the child needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The directory that its kernel rules have to let it write in. */
  readonly slot: string;
  /**
   * What it has asked for, each once, in its order; what is its own workspace's or the harness's code is
   * left out. To be read when the child has ended.
   *
   * @param own Paths that belong to the child, and not to its task.
   */
  read(own: readonly string[]): Promise<Accesses>;
  /** Removes the file, and what was made for it. */
  remove(): Promise<void>;
}

/** The accesses of one task run. */
export interface Accesses {
  readonly asked: readonly Denial[];
  /** Whether there were more than are kept. */
  readonly isCut: boolean;
}

/** More different accesses of one task run are not told: they would not fit a policy either. */
export const MOST_ACCESSES = 2_000;
/** More of a log is not read. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Makes a log of accesses for one child, by Deno's own audit log (`DENO_AUDIT_PERMISSIONS`).
 *
 * It lies in the task run's slot, beside its workspace: there the kernel's rules let the child's runtime
 * write, and no flag of Deno's lets the task's code. What a task starts can write there too, and what it
 * does is not in it; neither is that a process was started. Deno's permission broker would see that, but
 * it decides in the place of every flag, so that watching would change what is allowed.
 *
 * @param workspace Where the task works; one is made where the child has none.
 */
export async function openAccessLog(
  root: Pick<ExecutionRoot, "workspace">,
  taskRun: string,
  workspace: Workspace | undefined,
): Promise<AccessLog> {
  const made = workspace === undefined ? await root.workspace(taskRun) : undefined;
  const { slot, path } = workspace ?? made!;
  const file = `${slot}/accesses-${taskRun}`;
  return {
    env: { DENO_AUDIT_PERMISSIONS: file },
    slot,
    async read(own) {
      const found = new Map<string, Denial>();
      const text = await readBounded(file);
      for (const line of text.split("\n")) {
        const access = accessIn(line, path);
        if (access === undefined) continue;
        const { permission, value } = access;
        const isFile = permission === "read" || permission === "write";
        if (
          isFile && value !== undefined && [path, file, ...own].some((it) => isWithin(it, value))
        ) {
          continue;
        }
        const key = `${permission} ${value ?? ""}`;
        if (!found.has(key)) found.set(key, access);
        if (found.size > MOST_ACCESSES) break;
      }
      const asked = [...found.values()];
      return { asked: asked.slice(0, MOST_ACCESSES), isCut: asked.length > MOST_ACCESSES };
    },
    async remove() {
      await Deno.remove(file).catch(() => {});
      await made?.remove();
    },
  };
}

/** What a task started may have put something else there, a pipe or a link: that is not read. */
async function readBounded(file: string): Promise<string> {
  try {
    if (!(await Deno.lstat(file)).isFile) return "";
    const opened = await Deno.open(file);
    using _opened = opened;
    const chunks: Uint8Array[] = [];
    const buffer = new Uint8Array(64 * 1024);
    for (let read = 0; read < MOST_BYTES;) {
      const count = await opened.read(buffer);
      if (count === null) break;
      chunks.push(buffer.slice(0, count));
      read += count;
    }
    return new TextDecoder().decode(
      chunks.length === 1 ? chunks[0] : await new Blob(chunks as BlobPart[]).bytes(),
    );
  } catch (error) {
    // A child that never came to run a line has no log, and what it started may have closed it to us.
    const { NotFound, PermissionDenied } = Deno.errors;
    if (error instanceof NotFound || error instanceof PermissionDenied) return "";
    throw error;
  }
}

/** Deno writes paths as they were asked for: they count from the workspace. */
function accessIn(line: string, workspace: string): Denial | undefined {
  try {
    const { permission, value } = JSON.parse(line);
    if (typeof permission !== "string") return undefined;
    if (typeof value !== "string") return value === null ? { permission } : undefined;
    const isFile = permission === "read" || permission === "write";
    return {
      permission,
      value: isFile
        ? posix.resolve(workspace, value)
        : permission === "net"
        ? hostOf(value)
        : value,
    };
  } catch {
    return undefined;
  }
}

const PORTS: Readonly<Record<string, string>> = {
  "http:": "80",
  "https:": "443",
  "ws:": "80",
  "wss:": "443",
};

/** `fetch` asks for an address, a socket for a host and a port; a policy has hosts and ports. */
function hostOf(value: string): string {
  if (!value.includes("://")) return value;
  const { protocol, hostname, port } = new URL(value);
  return `${hostname}:${port === "" ? PORTS[protocol] ?? "" : port}`.replace(/:$/, "");
}
