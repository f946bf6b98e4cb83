import type { Alias, HostFacts, Policy, Source } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";

/** A path that a task may not touch. */
export interface ClosedPath {
  readonly path: string;
  /** `deny` becomes a flag of its own; `withhold` is only left out of what is allowed. */
  readonly how: "deny" | "withhold";
  /** The rule, for a person. */
  readonly rule: string;
  readonly source: Source | "built-in";
  /** Present where it is closed for what it leads to. */
  readonly alias?: Alias;
}

/**
 * Everything that stays closed, whoever asks.
 *
 * A forbidden path is denied in the form in which it is written and in its real form. Built-in
 * ones are withheld, because the task's own workspace may lie below one of them and on Deno
 * 2.9.6 an allow below a deny re-opens it. What leads to a closed path is closed as that is.
 */
export function closedPaths(policy: Policy, host: HostFacts): readonly ClosedPath[] {
  const forbidden = policy.forbiddenPaths.flatMap(({ value, source }): ClosedPath[] => {
    const rule = "kestra.ee.java-security.forbidden-paths";
    const real = host.realPaths.get(value);
    return [
      { path: value, how: "deny", rule, source },
      ...(real !== undefined && real !== value
        ? [{ path: real, how: howToClose(real), rule, source }]
        : []),
    ];
  });
  const builtIn = host.builtInPaths.map(({ path, what }): ClosedPath => ({
    path,
    how: "withhold",
    rule: what,
    source: "built-in",
  }));
  const closed = [...forbidden, ...builtIn];
  return [...closed, ...host.aliases.found.flatMap((alias) => aliased(alias, closed))];
}

function aliased(alias: Alias, closed: readonly ClosedPath[]): readonly ClosedPath[] {
  const original = closed.find((it) => it.path === alias.closed);
  return original === undefined ? [] : [{
    ...original,
    path: alias.path,
    how: original.how === "deny" ? howToClose(alias.path) : "withhold",
    rule: `${original.rule}, by ${WORDS[alias.kind]} to ${alias.leadsTo}`,
    alias,
  }];
}

/**
 * Whether it closes a mount that holds it, too. A symbolic link does not: in a container it leads to
 * what is in the container.
 */
export function closesMounts({ alias }: ClosedPath): boolean {
  return alias === undefined || alias.kind === "hard link" || alias.kind === "mount";
}

/** What a flag cannot name is in no list either, and stays out of all that is opened. */
function howToClose(path: string): "deny" | "withhold" {
  return isFlaggable(path) ? "deny" : "withhold";
}

const WORDS: Readonly<Record<Alias["kind"], string>> = {
  "symbolic link": "a symbolic link",
  "movable link": "a link that leads, when it is moved,",
  "hard link": "a hard link",
  mount: "a mount",
};

/**
 * What of a tree may be opened: the tree itself when nothing in it is closed, else the
 * siblings along every closed path.
 *
 * What appears beside a closed path later is not in the list: closed until the next listing.
 * A link is open only when what it leads to holds nothing closed and is not closed itself.
 *
 * @param root Normalized path of the tree.
 * @param closed What must stay out.
 * @param host Gives listings and real paths; a directory that was not listed stays closed.
 * @returns Paths that cover nothing closed, none of them below another.
 */
export function openPaths(
  root: string,
  closed: readonly ClosedPath[],
  host: Pick<HostFacts, "listings" | "realPaths">,
): readonly string[] {
  const real = host.realPaths.get(root) ?? root;
  if (real !== root && touches(real, closed)) return [];
  return walk(root, closed, host);
}

function walk(
  path: string,
  closed: readonly ClosedPath[],
  host: Pick<HostFacts, "listings">,
): readonly string[] {
  if (closed.some((it) => isWithin(it.path, path))) return [];
  const below = closed.filter((it) => isWithin(path, it.path));
  if (below.length === 0) return isFlaggable(path) ? [path] : [];
  return (host.listings.get(path)?.entries ?? []).flatMap(({ name, target }) => {
    const child = path === "/" ? `/${name}` : `${path}/${name}`;
    if (target === undefined) return walk(child, below, host);
    const open = !touches(target, closed) && !touches(child, closed) && isFlaggable(child);
    return open ? [child] : [];
  });
}

function touches(path: string, closed: readonly ClosedPath[]): boolean {
  return closed.some((it) => isWithin(it.path, path) || isWithin(path, it.path));
}

/** A comma would split the path in two; a control character or a lost byte is not to be trusted. */
function isFlaggable(path: string): boolean {
  // deno-lint-ignore no-control-regex
  return !/[,<>\ufffd\x00-\x1f\x7f]/.test(path);
}
