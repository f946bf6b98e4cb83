/** A map that values are put in by their dotted ids. */
interface Tree extends Map<string, unknown> {}

/**
 * Puts values in maps by their dotted ids: `a.b` is the value `b` in the map `a`.
 *
 * A segment `__proto__` becomes an ordinary property, never a prototype.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { nest } from "./nested_values.ts";
 *
 * deepEqual(nest([["a.b", 1], ["a.c", 2], ["d", 3]]), { a: { b: 1, c: 2 }, d: 3 });
 * ```
 */
export function nest(values: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const root: Tree = new Map();
  for (const [id, value] of values) {
    const segments = id.split(".");
    let at = root;
    for (const segment of segments.slice(0, -1)) {
      const below = at.get(segment);
      const next: Tree = below instanceof Map ? below : new Map();
      at.set(segment, next);
      at = next;
    }
    at.set(segments.at(-1)!, value);
  }
  return plain(root);
}

function plain(tree: Tree): Record<string, unknown> {
  return Object.fromEntries(
    [...tree].map(([key, value]) => [key, value instanceof Map ? plain(value) : value]),
  );
}

/** Takes out of maps what is meant for inputs with dotted ids; what is no input stays as it is. */
export function flatten(
  given: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, unknown> {
  const flat = new Map<string, unknown>();
  const walk = (values: Readonly<Record<string, unknown>>, prefix: string): void => {
    for (const [key, value] of Object.entries(values)) {
      const id = `${prefix}${key}`;
      const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
      if (isMap && !known.has(id) && [...known.keys()].some((it) => it.startsWith(`${id}.`))) {
        walk(value as Record<string, unknown>, `${id}.`);
      } else flat.set(id, value);
    }
  };
  walk(given, "");
  return flat;
}
