import type { Located, LocatedEntry, LocatedMap } from "../../model/mod.ts";
import { asMap } from "./values.ts";

/** Tells of a property that was set, by its dotted path. */
export type OnSet = (property: string) => void;

/**
 * Puts the values of an `Add` into a map.
 *
 * Maps merge key by key. Anything else is one value: a list replaces a list, unlike in 1.x.
 * With `override` the rule's value wins, without it only what is absent or null is filled.
 * A list of `key` and `value`, as labels may be written, becomes the map it stands for.
 *
 * @returns `under` itself where nothing changed.
 */
export function layValues(
  under: LocatedMap,
  values: LocatedMap,
  override: boolean,
  onSet: OnSet,
  prefix = "",
): LocatedMap {
  const entries = new Map<string, LocatedEntry>(under.entries);
  let changed = false;
  for (const [name, { key, value }] of values.entries) {
    const below = entries.get(name);
    const next = layOne(below?.value, value, override, onSet, `${prefix}${name}`);
    if (next === below?.value) continue;
    entries.set(name, { key: below?.key ?? key, value: next });
    changed = true;
  }
  return changed ? { ...under, entries } : under;
}

function layOne(
  below: Located | undefined,
  value: Located,
  override: boolean,
  onSet: OnSet,
  path: string,
): Located {
  const absent = below === undefined || (below.kind === "scalar" && below.value === null);
  if (!absent && value.kind === "map") {
    const map = asMap(below);
    if (map !== undefined) {
      const laid = layValues(map, value, override, onSet, `${path}.`);
      return laid === map ? below : laid;
    }
  }
  if (!absent && !override) return below;
  onSet(path);
  return value;
}

/**
 * Takes a property out of a map, by dotted path, in every way in which it may be written:
 * `"a.b": 1` beside `a: {b: 1}` must not save either.
 *
 * @returns `map` itself where it is not there.
 */
export function removeAt(map: LocatedMap, path: string): LocatedMap {
  let entries: Map<string, LocatedEntry> | undefined;
  if (map.entries.has(path)) {
    entries = new Map(map.entries);
    entries.delete(path);
  }
  for (let dot = path.indexOf("."); dot > 0; dot = path.indexOf(".", dot + 1)) {
    const [head, rest] = [path.slice(0, dot), path.slice(dot + 1)];
    const entry = map.entries.get(head);
    const inner = entry && asMap(entry.value);
    if (entry === undefined || inner === undefined) continue;
    const next = removeAt(inner, rest);
    if (next === inner) continue;
    entries ??= new Map(map.entries);
    entries.set(head, { key: entry.key, value: next });
  }
  return entries === undefined ? map : { ...map, entries };
}
