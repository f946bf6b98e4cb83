import type { LocatedMap } from "../../model/mod.ts";

/** The dotted paths of what a map of values sets: scalars, lists and empty maps. */
export function leavesOf(values: LocatedMap): readonly string[] {
  return [...values.entries].flatMap(([key, { value }]) =>
    value.kind === "map" && value.entries.size > 0
      ? leavesOf(value).map((it) => `${key}.${it}`)
      : [key]
  );
}

/** Tells whether two dotted paths are one, or one leads through the other. */
export function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}
