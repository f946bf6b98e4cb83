/** What one side or the other says of all members of a set that are not named on their own. */
export interface Region<V> {
  /** The name that the set is below of; `""` is everything. */
  readonly root: string;
  /** What is below the root and decided otherwise, and what is decided elsewhere. */
  readonly except: readonly string[];
  readonly verdict: V;
}

/** How names are ordered: paths by their directories, classes by their packages. */
export interface Order {
  /** Whether a name is another one, or below it. Everything is below `""`. */
  readonly isBelow: (root: string, name: string) => boolean;
}

/**
 * Cuts a tree of names where somebody decides, and joins what is decided alike: each region is as large as
 * it can be.
 *
 * @param names Every name that a rule mentions. What lies below one of them and below no deeper one is decided
 * alike, which makes the answer exact.
 * @param judge What is decided of a name and of what is below it; `undefined` where there is nothing to tell.
 * @param isSame Whether two verdicts are one region, where one lies in the other.
 */
export function findRegions<V>(
  names: Iterable<string>,
  { isBelow }: Order,
  judge: (name: string) => V | undefined,
  isSame: (a: V, b: V) => boolean,
): readonly Region<V>[] {
  // The shorter of two names that lie in each other comes first.
  const all = [...new Set(["", ...names])].toSorted((a, b) =>
    a.length - b.length || (a < b ? -1 : 1)
  );
  const parents = new Map<string, string>();
  const verdicts = new Map<string, V | undefined>();
  /** By name, the root of the region that it belongs to. */
  const roots = new Map<string, string>();
  for (const [i, name] of all.entries()) {
    verdicts.set(name, judge(name));
    const parent = all.slice(0, i).findLast((it) => it === "" || isBelow(it, name));
    if (parent === undefined) {
      roots.set(name, name);
      continue;
    }
    parents.set(name, parent);
    const [its, own] = [verdicts.get(parent), verdicts.get(name)];
    const joined = its === undefined ? own === undefined : own !== undefined && isSame(its, own);
    roots.set(name, joined ? roots.get(parent)! : name);
  }
  return all.flatMap((root) => {
    const verdict = verdicts.get(root);
    if (verdict === undefined || roots.get(root) !== root) return [];
    const except = all.filter((it) =>
      roots.get(it) === it && it !== root && roots.get(parents.get(it)!) === root
    );
    return [{ root, except: except.toSorted(), verdict }];
  });
}
