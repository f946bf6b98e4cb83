import type { Alias } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { type HardLinked, identityOf } from "./find_hard_links.ts";
import { realPath } from "./list_paths.ts";
import { placesOfMoved } from "./movable_link.ts";
import { type Budget, ifThere, walkTree } from "./walk_tree.ts";

/** A tree that a task may read or write. */
export interface OpenTree {
  /** Real path. */
  readonly path: string;
  readonly writable: boolean;
}

/** What to look for, and where. */
export interface LinkSearch {
  readonly trees: readonly OpenTree[];
  /** Written and real paths. */
  readonly closed: readonly string[];
  /** Files of closed trees with further names, by identity. */
  readonly hardLinked: ReadonlyMap<string, HardLinked>;
  readonly workspaceRoot: string;
}

/** A symbolic link, and where it leads as it stands. */
interface Link {
  readonly path: string;
  readonly leadsTo: string;
  /** A task may move it. */
  readonly writable: boolean;
}

/** A link on the way to its verdict. */
interface Suspect extends Link {
  /** Where a task could make it lead by moving it. */
  readonly movedTo: readonly string[];
}

/** A task may well throw output away. */
const HARMLESS = "/dev/null";

/**
 * Finds links in open trees by which a task would come to a closed path.
 *
 * A link to a directory elsewhere opens that directory as well, for writing where the link lies in
 * a writable tree, so it is searched too; a link to what holds another find is a find.
 *
 * @returns Finds by real path, and the trees that were not seen whole.
 */
export async function findLinks(
  { closed, hardLinked, trees, workspaceRoot }: LinkSearch,
  budget: Budget,
): Promise<{
  readonly found: readonly Alias[];
  readonly unsearched: readonly string[];
}> {
  const found = new Map<string, Alias>();
  const unsearched: string[] = [];
  const links = new Map<string, Link>();
  const queue = [...trees];
  for (const [i, tree] of queue.entries()) {
    const isDone = queue.some((it, j) => j < i && it.path === tree.path && reaches(it, tree));
    if (isDone) continue;
    const paths: string[] = [];
    const whole = walkTree(tree.path, budget, (path, { isDirectory, isSymlink }) => {
      if (closed.some((it) => isWithin(it, path))) return false;
      if (isSymlink) paths.push(path);
      if (isSymlink || isDirectory || hardLinked.size === 0) return;
      const other = otherName(path, hardLinked);
      if (other === undefined) return;
      const { path: leadsTo, closed: by } = other;
      found.set(path, { kind: "hard link", path, leadsTo, closed: by });
    });
    if (!whole) unsearched.push(tree.path);
    for (const path of paths) {
      // One that goes round, or through what we may not search, leads nowhere.
      const leadsTo = await realPath(path) ?? path;
      if (leadsTo === HARMLESS) continue;
      const writable = tree.writable || links.get(path)?.writable === true;
      links.set(path, { path, leadsTo, writable });
      const target = { path: leadsTo, writable };
      if (touched(leadsTo, closed) || queue.some((it) => reaches(it, target))) continue;
      queue.push(target);
    }
  }
  const writable = queue.filter((it) => it.writable).map((it) => it.path);
  const suspects = await Promise.all(
    [...links.values()].map((it) => suspect(it, writable, workspaceRoot)),
  );
  for (const it of touching(suspects, closed, found)) found.set(it.path, it);
  return { found: [...found.values()], unsearched };
}

/** Whether searching one tree searches the other. */
function reaches(tree: OpenTree, other: OpenTree): boolean {
  return isWithin(tree.path, other.path) && (tree.writable || !other.writable);
}

function otherName(
  path: string,
  hardLinked: ReadonlyMap<string, HardLinked>,
): HardLinked | undefined {
  const info = ifThere(() => Deno.lstatSync(path));
  return info && hardLinked.get(identityOf(info));
}

async function suspect(
  link: Link,
  writable: readonly string[],
  workspaceRoot: string,
): Promise<Suspect> {
  if (!link.writable) return { ...link, movedTo: [] };
  const places = placesOfMoved(await Deno.readLink(link.path), writable, workspaceRoot);
  if (places === "unknown") return { ...link, movedTo: ["/"] };
  const real = await Promise.all(places.map((it) => realPath(it)));
  return { ...link, movedTo: [...places, ...real.filter((it) => it !== undefined)] };
}

/** The links that come to a closed path, or to another find, until there are no more. */
function touching(
  links: readonly Suspect[],
  closed: readonly string[],
  hardLinks: ReadonlyMap<string, Alias>,
): readonly Alias[] {
  const finds: Alias[] = [];
  const blocked = new Map([
    ...closed.map((it) => [it, it] as const),
    ...[...hardLinks.values()].map((it) => [it.path, it.closed] as const),
  ]);
  let open = links;
  while (true) {
    const before = finds.length;
    const paths = [...blocked.keys()];
    open = open.filter((link) => {
      const by = touched(link.leadsTo, paths);
      const moved = by === undefined
        ? link.movedTo.find((it) => touched(it, paths) !== undefined)
        : undefined;
      const hit = by ?? (moved && touched(moved, paths));
      if (hit === undefined) return true;
      finds.push({
        kind: by === undefined ? "movable link" : "symbolic link",
        path: link.path,
        leadsTo: moved ?? link.leadsTo,
        closed: blocked.get(hit)!,
      });
      return false;
    });
    if (finds.length === before) return finds;
    for (const it of finds.slice(before)) blocked.set(it.path, it.closed);
  }
}

/** The first path that a way leads into, or that lies in what it leads to. */
function touched(path: string, paths: readonly string[]): string | undefined {
  return paths.find((it) => isWithin(it, path)) ?? paths.find((it) => isWithin(path, it));
}
