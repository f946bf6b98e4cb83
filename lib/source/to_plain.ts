import type { Located, LocatedMap } from "../model/mod.ts";

/**
 * Drops the places and keeps the values.
 *
 * A key `__proto__` becomes an ordinary property, never a prototype.
 */
export function toPlain(located: LocatedMap): Record<string, unknown>;
export function toPlain(located: Located): unknown;
export function toPlain(located: Located): unknown {
  switch (located.kind) {
    case "scalar":
      return located.value;
    case "list":
      return located.items.map((it) => toPlain(it));
    case "map": {
      const plain: Record<string, unknown> = {};
      for (const [key, { value }] of located.entries) {
        if (key !== "__proto__") plain[key] = toPlain(value);
        else {
          const own = {
            value: toPlain(value),
            writable: true,
            enumerable: true,
            configurable: true,
          };
          Object.defineProperty(plain, key, own);
        }
      }
      return plain;
    }
  }
}
