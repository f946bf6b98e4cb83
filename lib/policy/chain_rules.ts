import type { Source, Sourced } from "../model/mod.ts";
import type { SourcedList } from "./parsed_policy.ts";

/** Receives what a later file would widen, with both places. */
export type Widens = (message: string, at: Source, outer?: Source) => void;

/** What one file of a chain says of something. */
export interface Said<T> {
  /** For where a file says nothing and that decides. */
  readonly file: string;
  readonly value: T | undefined;
}

/** One choice of a policy. */
export interface Choice<T extends string | boolean> {
  /** From the widest to the tightest; what is not in it may not be changed at all. */
  readonly order: readonly T[];
  /** What a file means that says nothing. */
  readonly silent: T;
  readonly name: string;
}

/**
 * The last of a choice; going back along its order widens. The outermost file makes it also by
 * saying nothing: an inner one may not take back what holds by default.
 */
export function tightest<T extends string | boolean>(
  chain: readonly Said<Sourced<T>>[],
  { order, silent, name }: Choice<T>,
  widens: Widens,
): Sourced<T> | undefined {
  const [outermost, ...rest] = chain;
  const first = outermost?.value;
  let current = first ?? { value: silent, source: startOf(outermost) };
  let spoken = first;
  for (const next of rest.flatMap((it) => it.value ?? [])) {
    const known = order.includes(next.value) && order.includes(current.value);
    const keeps = known
      ? order.indexOf(next.value) >= order.indexOf(current.value)
      : next.value === current.value;
    if (keeps) current = spoken = next;
    else {
      widens(
        `Cannot set "${name}" to "${next.value}": in the outer files it is "${current.value}"`,
        next.source,
        current.source,
      );
    }
  }
  return spoken;
}

/** A list of things that are given. */
export interface Gift<T extends Sourced<string>> {
  readonly name: string;
  /** Whether what the outer files give holds what a later one gives. */
  readonly covers: (outer: readonly T[], inner: T) => boolean;
  /** Set where the first entry is the one that is given. */
  readonly firstCounts?: true;
}

/**
 * A list whose absence grants nothing: the outermost file that speaks grants, every later one
 * keeps a part of that. A file outside of it that is silent grants nothing, so it must be first.
 */
export function within<T extends Sourced<string>>(
  chain: readonly Said<{ readonly items: readonly T[]; readonly source: Source }>[],
  { name, covers, firstCounts }: Gift<T>,
  widens: Widens,
): readonly T[] {
  const [outermost, ...rest] = chain;
  let current = outermost?.value;
  for (const { value: next } of rest) {
    if (next === undefined) continue;
    for (const item of next.items) {
      if (current !== undefined && covers(current.items, item)) continue;
      widens(
        `Cannot give "${item.value}": "${name}" of the outer files does not cover it`,
        item.source,
        current?.source ?? startOf(outermost),
      );
    }
    const [was, is] = [current?.items[0], next.items[0]];
    if (firstCounts && was && is && was.value !== is.value) {
      widens(
        `Cannot put "${is.value}" first: of the outer files containers get "${was.value}"`,
        is.source,
        was.source,
      );
    }
    current = next;
  }
  return unique(current?.items ?? []);
}

/** Covers what stands in the list itself. */
export function listed(outer: readonly Sourced<string>[], inner: Sourced<string>): boolean {
  return outer.some((it) => it.value === inner.value);
}

/** A list whose absence restricts nothing: what every file that speaks has in common. */
export function narrowed(
  lists: readonly (SourcedList | undefined)[],
): readonly Sourced<string>[] | undefined {
  let current: readonly Sourced<string>[] | undefined;
  for (const list of lists) {
    if (list === undefined) continue;
    const values = new Set(list.items.map((it) => it.value));
    current = current === undefined ? list.items : current.filter((it) => values.has(it.value));
  }
  return current && unique(current);
}

/** The smallest value of each key; a key that nobody sets is absent. */
export function smallest<Key extends string>(
  all: readonly { readonly [K in Key]?: Sourced<number> }[],
  keys: readonly Key[],
): { readonly [K in Key]?: Sourced<number> } {
  const least: { [K in Key]?: Sourced<number> } = {};
  for (const key of keys) {
    for (const it of all) {
      const [said, best] = [it[key], least[key]];
      if (said !== undefined && (best === undefined || said.value < best.value)) least[key] = said;
    }
  }
  return least;
}

/** The first of those that have one value. */
export function unique<T extends Sourced<string>>(list: readonly T[]): readonly T[] {
  const seen = new Map<string, T>();
  for (const it of list) if (!seen.has(it.value)) seen.set(it.value, it);
  return [...seen.values()];
}

function startOf(said: Said<unknown> | undefined): Source {
  return { file: said?.file ?? "", line: 1, column: 1 };
}
