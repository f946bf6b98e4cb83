import type { Located, LocatedEntry, Source } from "../model/mod.ts";

/** A YAML value as it goes from one thread to another: two lists instead of an object for each place. */
export interface PackedYaml {
  /** Scalars and keys, in file order. */
  readonly values: readonly (string | number | boolean | null)[];
  /** Kinds, places and sizes, in file order. */
  readonly places: Uint32Array<ArrayBuffer>;
}

const SCALAR = 0;
const LIST = 1;
const MAP = 2;

/**
 * Packs what was read of one file, which {@linkcode unpackLocated} makes the same value of.
 *
 * @param located As `parseYaml()` returns it: nothing in it was injected, all of it is of one file.
 */
export function packLocated(located: Located): PackedYaml {
  const values: (string | number | boolean | null)[] = [];
  const places: number[] = [];
  const pack = (it: Located): void => {
    const { line, column } = it.source;
    switch (it.kind) {
      case "scalar":
        places.push(SCALAR, line, column);
        values.push(it.value);
        return;
      case "list":
        places.push(LIST, line, column, it.items.length);
        it.items.forEach(pack);
        return;
      case "map":
        places.push(MAP, line, column, it.entries.size);
        for (const [name, { key, value }] of it.entries) {
          values.push(name);
          places.push(key.line, key.column);
          pack(value);
        }
    }
  };
  pack(located);
  return { values, places: Uint32Array.from(places) };
}

/**
 * Makes the value again that was packed.
 *
 * @param file The file it was read of.
 */
export function unpackLocated({ values, places }: PackedYaml, file: string): Located {
  let place = 0;
  let scalar = 0;
  const source = (): Source => ({ file, line: places[place++]!, column: places[place++]! });
  const unpack = (): Located => {
    const kind = places[place++];
    const at = source();
    if (kind === SCALAR) return { kind: "scalar", value: values[scalar++]!, source: at };
    const size = places[place++]!;
    if (kind === LIST) {
      const items: Located[] = [];
      for (let i = 0; i < size; i++) items.push(unpack());
      return { kind: "list", items, source: at };
    }
    const entries = new Map<string, LocatedEntry>();
    for (let i = 0; i < size; i++) {
      const name = values[scalar++] as string;
      const key = source();
      entries.set(name, { key, value: unpack() });
    }
    return { kind: "map", entries, source: at };
  };
  return unpack();
}
