import { type Budget, ifThere, walkTree } from "./walk_tree.ts";

/** A file of a closed tree that has more names than were seen there. */
export interface HardLinked {
  readonly path: string;
  /** The closed path it lies in. */
  readonly closed: string;
  /** How many of its names are elsewhere. */
  readonly missing: number;
}

/** Names one file by its place on its disk. */
export function identityOf({ dev, ino }: Deno.FileInfo): string {
  return `${dev}:${ino}`;
}

/**
 * Finds the files of closed trees that can be reached by a name outside of them.
 *
 * A file whose names all lie in these trees is none.
 *
 * @param closed Real paths of files and directories, none of them below another.
 * @returns By identity, and the trees that were not seen whole.
 */
export function findHardLinks(closed: readonly string[], budget: Budget): {
  readonly files: ReadonlyMap<string, HardLinked>;
  readonly unsearched: readonly string[];
} {
  const seen = new Map<string, HardLinked>();
  const unsearched: string[] = [];
  for (const tree of closed) {
    const whole = walkTree(tree, budget, (path, { isDirectory, isSymlink }) => {
      if (isDirectory || isSymlink) return;
      const info = ifThere(() => Deno.lstatSync(path));
      if (info === undefined || (info.nlink ?? 1) < 2) return;
      const identity = identityOf(info);
      const known = seen.get(identity) ?? { path, closed: tree, missing: info.nlink ?? 1 };
      seen.set(identity, { ...known, missing: known.missing - 1 });
    });
    if (!whole) unsearched.push(tree);
  }
  return { files: new Map([...seen].filter(([, it]) => it.missing > 0)), unsearched };
}
