import type { Injection, Located, LocatedEntry, LocatedMap } from "../model/mod.ts";

/**
 * Lays one value over another, as Kestra's `MapUtils.merge` does.
 *
 * Maps merge key by key, lists are joined (what `over` repeats is dropped), and of two
 * scalars `over` wins, except that null never wins. Where the kinds differ `over` wins.
 */
export function merge(under: Located, over: Located): Located {
  if (over.kind === "scalar" && over.value === null) return under;
  if (under.kind === "map" && over.kind === "map") return mergeMaps(under, over);
  if (under.kind === "list" && over.kind === "list") {
    const known = new Set(under.items.map(spelling));
    return {
      ...under,
      items: [...under.items, ...over.items.filter((it) => !known.has(spelling(it)))],
    };
  }
  return over;
}

/** {@linkcode merge} for maps. */
export function mergeMaps(under: LocatedMap, over: LocatedMap): LocatedMap {
  const entries = new Map<string, LocatedEntry>(under.entries);
  for (const [name, entry] of over.entries) {
    const below = under.entries.get(name);
    if (below === undefined) {
      entries.set(name, entry);
      continue;
    }
    const value = merge(below.value, entry.value);
    entries.set(name, { key: value === entry.value ? entry.key : below.key, value });
  }
  return { ...under, entries };
}

/** Marks a value, all the way down, with how it came into the task. */
export function injected<T extends Located>(located: T, injection: Injection): T;
export function injected(located: Located, injection: Injection): Located {
  switch (located.kind) {
    case "scalar":
      return { ...located, injection };
    case "list":
      return { ...located, injection, items: located.items.map((it) => injected(it, injection)) };
    case "map":
      return {
        ...located,
        injection,
        entries: new Map(
          [...located.entries].map(([name, { key, value }]) => [
            name,
            { key, value: injected(value, injection) },
          ]),
        ),
      };
  }
}

/** Two values spell the same when they are equal, whatever the order of keys. */
function spelling(located: Located): string {
  switch (located.kind) {
    case "scalar":
      return JSON.stringify(located.value);
    case "list":
      return `[${located.items.map(spelling).join()}]`;
    case "map":
      return `{${
        [...located.entries].map(([key, { value }]) => `${JSON.stringify(key)}:${spelling(value)}`)
          .toSorted().join()
      }}`;
  }
}
