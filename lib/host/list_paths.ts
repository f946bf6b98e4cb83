import { posix } from "node:path";
import type { Listing } from "../model/mod.ts";

/** A directory with more entries than this is kept closed rather than listed. */
const MAX_ENTRIES = 2_000;

/**
 * Lists every directory on the way to the given paths, as it is now.
 *
 * A directory that cannot be read, that is no directory, or that holds more than 2,000 entries
 * is left out, and stays closed.
 *
 * @param paths Normalized, absolute.
 */
export async function listPaths(paths: readonly string[]): Promise<ReadonlyMap<string, Listing>> {
  const directories = new Set(paths.flatMap(ancestors));
  const listings = new Map<string, Listing>();
  for (const directory of directories) {
    const listing = await list(directory);
    if (listing !== undefined) listings.set(directory, listing);
  }
  return listings;
}

function ancestors(path: string): string[] {
  const found: string[] = [];
  for (let at = path; at !== "/"; at = posix.dirname(at)) found.push(posix.dirname(at));
  return found;
}

async function list(directory: string): Promise<Listing | undefined> {
  const entries: { name: string; target?: string }[] = [];
  try {
    for await (const { name, isSymlink } of Deno.readDir(directory)) {
      if (entries.length >= MAX_ENTRIES) return undefined;
      if (!isSymlink) {
        entries.push({ name });
        continue;
      }
      // One that leads nowhere is left out: nobody knows what will be there.
      const target = await Deno.realPath(`${directory}/${name}`).catch(() => undefined);
      if (target !== undefined) entries.push({ name, target });
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || isUnreadable(error)) return undefined;
    throw error;
  }
  return { entries: entries.toSorted((a, b) => a.name < b.name ? -1 : 1) };
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    (error as { code?: string }).code === "ENOTDIR" || /Not a directory/.test(String(error));
}

/** The kernel gives up after as many links, and so do we. */
const MAX_LINKS = 40;

/**
 * The path with every link on the way resolved, also where its end does not exist yet: what
 * counts is where it would lie once it does.
 *
 * @returns `undefined` when it cannot be told: links that go round, a directory that cannot
 * be searched.
 */
export async function realPath(path: string, links = 0): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) || path === "/") return undefined;
    const target = await Deno.readLink(path).catch(() => undefined);
    if (target === undefined) {
      const parent = await realPath(posix.dirname(path), links);
      return parent && posix.join(parent, posix.basename(path));
    }
    if (links >= MAX_LINKS) return undefined;
    const from = await realPath(posix.dirname(path), links);
    return from && await realPath(posix.resolve(from, target), links + 1);
  }
}
