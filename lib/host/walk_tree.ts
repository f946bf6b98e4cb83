/** How many entries a search may still look at. */
export interface Budget {
  left: number;
}

/** What lies in a tree, seen without following it. */
export type Entry = Pick<Deno.DirEntry, "isDirectory" | "isFile" | "isSymlink">;

/**
 * Walks a tree, breadth first, and follows no link.
 *
 * A directory that cannot be read is passed over: it is closed to what runs as this user too.
 *
 * @param root A file or a directory; what does not exist is an empty tree.
 * @param budget Counted down by one for each entry.
 * @param visit Says `false` where a directory is not to be entered.
 * @returns Whether the tree was seen whole.
 */
export function walkTree(
  root: string,
  budget: Budget,
  visit: (path: string, entry: Entry) => boolean | void,
): boolean {
  const info = ifThere(() => Deno.lstatSync(root));
  if (info === undefined) return true;
  if (!info.isDirectory) {
    visit(root, info);
    return true;
  }
  const directories = [root];
  for (const directory of directories) {
    for (const entry of ifThere(() => Deno.readDirSync(directory)) ?? []) {
      if (budget.left-- <= 0) return false;
      const path = directory === "/" ? `/${entry.name}` : `${directory}/${entry.name}`;
      if (visit(path, entry) !== false && entry.isDirectory) directories.push(path);
    }
  }
  return true;
}

/**
 * What the system says, unless it says that the thing is gone, closed to us or of another kind.
 */
export function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    return undefined;
  }
}
