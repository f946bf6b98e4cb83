import type { Diagnostic, Located, LocatedEntry, LocatedMap } from "../model/mod.ts";

/** The keys right below `kestra:` that have rules below them, as a pattern for either spelling. */
export const RULE_OWNERS = "ee|plugins|tasks|policies|local-?[fF]iles";

/**
 * Writes every key of a map, and of the maps in it, in camelCase.
 *
 * Kestra's configuration means the same in kebab-case and camelCase (Micronaut's relaxed
 * binding). A map that holds both spellings of one key is a complaint: one would be lost.
 */
export function camelKeys(located: LocatedMap, problems: Diagnostic[]): LocatedMap;
export function camelKeys(located: Located, problems: Diagnostic[]): Located;
export function camelKeys(located: Located, problems: Diagnostic[]): Located {
  if (located.kind === "list") {
    return { ...located, items: located.items.map((it) => camelKeys(it, problems)) };
  }
  if (located.kind === "scalar") return located;
  const entries = new Map<string, LocatedEntry>();
  for (const [written, { key, value }] of located.entries) {
    const name = camelCase(written);
    const first = entries.get(name);
    if (first !== undefined) problems.push(twoSpellings(written, { key, first: first.key }));
    entries.set(name, { key, value: camelKeys(value, problems) });
  }
  return { ...located, entries };
}

/**
 * Finds the value of one key of Kestra's configuration, in either spelling.
 *
 * @param name The key in kebab-case.
 */
export function entryOf(
  map: LocatedMap,
  name: string,
  problems: Diagnostic[],
): LocatedEntry | undefined {
  const found = [...map.entries].filter(([written]) => camelCase(written) === camelCase(name));
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    problems.push(twoSpellings(second[0], { key: second[1].key, first: first[1].key }));
  }
  return first?.[1];
}

/** `forbidden-paths` as `forbiddenPaths`. */
export function camelCase(key: string): string {
  return key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function twoSpellings(
  written: string,
  { key, first }: { key: LocatedEntry["key"]; first: LocatedEntry["key"] },
): Diagnostic {
  return {
    code: "policy/two-spellings",
    severity: "error",
    message: `Cannot use key "${written}": the same key stands here in another spelling`,
    at: key,
    related: [{ message: "the other spelling", at: first }],
    help: "Keep one of the two",
  };
}
