import type { Alias, Aliases } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { findHardLinks, type HardLinked } from "./find_hard_links.ts";
import { findLinks, type OpenTree } from "./find_links.ts";
import { mountAliases, parseMounts } from "./mount_aliases.ts";
import { ifThere } from "./walk_tree.ts";

/** What is closed, what is open, and what may lie between. */
export interface AliasSearch {
  /** Written and real paths. */
  readonly closed: readonly string[];
  /**
   * What of them is searched for files with names elsewhere, in this order: not what the kernel
   * makes up.
   */
  readonly onDisk: readonly string[];
  readonly trees: readonly OpenTree[];
  /** Whether everything may be read that is not closed. */
  readonly open: boolean;
  readonly workspaceRoot: string;
  /** Text of `/proc/self/mountinfo`. */
  readonly mountinfo: string;
}

/** Entries that one search looks at, in closed trees and again in open ones. */
const MAX_ENTRIES = 20_000;

/**
 * Finds ways to closed paths that are there before the run: mounts, symbolic links, hard links.
 *
 * Mounts are found wherever they are. Links are looked for in the trees that the policy opens by
 * name; where everything may be read, a hard link elsewhere is known only by the number of names
 * that a closed file has.
 */
export async function findAliases(search: AliasSearch): Promise<Aliases> {
  const { open, trees, workspaceRoot } = search;
  const mounts = mountAliases(search.closed, parseMounts(search.mountinfo))
    .filter(({ path }) => ifThere(() => Deno.lstatSync(path)) !== undefined);
  const none = { files: new Map<string, HardLinked>(), unsearched: [] };
  const hard = open || trees.length > 0
    ? findHardLinks(outermost(search.onDisk), { left: MAX_ENTRIES })
    : none;
  const links = await findLinks({
    trees,
    closed: [...search.closed, ...mounts.map((it) => it.path)],
    hardLinked: hard.files,
    workspaceRoot,
  }, { left: MAX_ENTRIES });
  const named = Map.groupBy(links.found, (it) => it.leadsTo);
  const isSearched = !open && links.unsearched.length === 0;
  const unnamed = isSearched
    ? []
    : [...hard.files.values()].filter(({ path, missing }) =>
      (named.get(path)?.length ?? 0) < missing
    );
  return {
    found: [...mounts, ...links.found],
    unnamed: [...Map.groupBy(unnamed, (it) => it.closed)].map(([closed, files]) => ({
      closed,
      first: files[0]!.path,
      count: files.length,
    })),
    unsearched: [...hard.unsearched, ...links.unsearched],
  };
}

/** Without those that lie in another. */
function outermost(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)].filter((path, _, all) =>
    !all.some((it) => it !== path && isWithin(it, path))
  );
}

/** The same finds by the names by which a policy opens the trees they lie in. */
export function underWrittenNames(
  found: readonly Alias[],
  realPaths: ReadonlyMap<string, string>,
  written: readonly string[],
): readonly Alias[] {
  return found.flatMap((alias) => [
    alias,
    ...written.flatMap((name) => {
      const real = realPaths.get(name);
      return real !== undefined && isWithin(real, alias.path)
        ? [{ ...alias, path: name + alias.path.slice(real.length) }]
        : [];
    }),
  ]);
}
