import type { Diagnostic, Located, LocatedEntry, LocatedMap } from "../../model/mod.ts";
import { camelKeys } from "../keys.ts";

/**
 * Writes the keys of one map in camelCase, and leaves what stands below `verbatim` alone.
 *
 * Kestra's configuration means the same in kebab-case (Micronaut's relaxed binding), but the
 * keys below `values` are the flow's, and those keep their spelling.
 *
 * @param verbatim Keys that mean the same in both spellings.
 */
export function camelExcept(
  map: LocatedMap,
  verbatim: readonly string[],
  problems: Diagnostic[],
): LocatedMap {
  const kept = new Map<string, LocatedEntry>();
  const open = new Map<string, LocatedEntry>();
  for (const [name, entry] of map.entries) {
    if (verbatim.includes(name)) kept.set(name, entry);
    open.set(
      name,
      verbatim.includes(name) ? { key: entry.key, value: hidden(entry.value) } : entry,
    );
  }
  const camel = camelKeys({ ...map, entries: open }, problems);
  return {
    ...camel,
    entries: new Map([...camel.entries].map(([name, entry]) => [name, kept.get(name) ?? entry])),
  };
}

function hidden({ source }: Located): Located {
  return { kind: "scalar", value: null, source };
}
