import { removeTree } from "../workspace.ts";
import { readTar, type TarEntry } from "./read_tar.ts";

/** What came out of a tar, beside the files. */
export interface Unpacked {
  /** Names that were left out, each with the reason: links that lead outside, devices, …; the first few. */
  readonly leftOut: readonly string[];
  /** Whether it was more than allowed; what came before is there. */
  readonly isOver: boolean;
}

/** What an entry counts for at least, as in the watch over a workspace. */
const ENTRY_BYTES = 4096;
const MOST_TOLD = 10;

/**
 * Lays what a container has in a directory into one of the host, instead of what is there.
 *
 * The container's side is not trusted. Every directory on the way to an entry was made here before;
 * a file is made anew and never written through; a link may lead only to what was laid here; and
 * devices, pipes and sockets are not made at all.
 *
 * @param most Bytes; each entry counts for 4096 at least.
 * @throws {TypeError} At a tar that is none, or that would leave the directory.
 */
export async function unpackTree(
  tar: ReadableStream<Uint8Array>,
  directory: string,
  most = Infinity,
): Promise<Unpacked> {
  for await (const { name } of Deno.readDir(directory)) await removeTree(`${directory}/${name}`);
  const directories = new Set([""]);
  const files = new Set<string>();
  const laid = new Set<string>();
  const leftOut: string[] = [];
  const modes: [path: string, mode: number][] = [];
  let count = 0;
  const leave = (name: string, why: string) => {
    if (++count <= MOST_TOLD) leftOut.push(`${name}: ${why}`);
  };
  let left = most;
  for await (const entry of readTar(tar)) {
    const name = nameBelow(entry.name);
    if (name === "") {
      if (entry.type !== "directory") throw new TypeError("what comes back is not a directory");
      continue;
    }
    left -= Math.max(ENTRY_BYTES, entry.size);
    if (left < 0) return { leftOut, isOver: true };
    const parent = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    if (!directories.has(parent)) throw new TypeError(`"${name}" lies in no directory of the tar`);
    if (laid.has(name)) throw new TypeError(`the tar has "${name}" twice`);
    laid.add(name);
    const path = `${directory}/${name}`;
    switch (entry.type) {
      case "directory":
        await Deno.mkdir(path, { mode: 0o700 });
        directories.add(name);
        modes.push([path, entry.mode]);
        break;
      case "file":
        await writeNew(path, entry);
        files.add(name);
        break;
      case "symlink": {
        const target = entry.linkName ?? "";
        if (leadsWithin(parent, target)) await Deno.symlink(target, path);
        else leave(name, "a link that leads outside");
        break;
      }
      case "link": {
        const target = nameBelow(entry.linkName ?? "");
        if (!files.has(target)) throw new TypeError(`"${name}" is a link to no file of the tar`);
        await Deno.link(`${directory}/${target}`, path);
        files.add(name);
        break;
      }
      case "other":
        leave(name, "neither a file, a directory nor a link");
    }
  }
  // Only now: one that is closed takes no files.
  for (const [path, mode] of modes.toReversed()) await Deno.chmod(path, mode & 0o777 | 0o700);
  if (count > MOST_TOLD) leftOut.push(`and ${count - MOST_TOLD} more`);
  return { leftOut, isOver: false };
}

/** The name below the directory that was asked for, which stands first in every name. */
function nameBelow(name: string): string {
  const [, ...parts] = name.replace(/\/+$/, "").split("/");
  if (name.startsWith("/") || name.includes("\0") || parts.some((it) => /^\.{0,2}$/.test(it))) {
    throw new TypeError(`the tar has the name "${name}"`);
  }
  return parts.join("/");
}

/** Whether a link in `parent` stays in the tree, read as text and step by step. */
function leadsWithin(parent: string, target: string): boolean {
  if (target === "" || target.startsWith("/")) return false;
  let depth = parent === "" ? 0 : parent.split("/").length;
  let isBelow = false; // after a name that may itself be a link, ".." can lead anywhere
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") isBelow = true;
    else if (isBelow || --depth < 0) return false;
  }
  return true;
}

async function writeNew(path: string, { mode, content }: TarEntry): Promise<void> {
  const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  using _file = file;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
  }
  await Deno.chmod(path, mode & 0o777 | 0o600);
}
