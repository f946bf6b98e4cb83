import type { Source } from "./source.ts";

/** How a value that its author did not write came into a task. */
export type Injection =
  | "flow default"
  | "flow forced default"
  | "plugin default"
  | "forced plugin default"
  | "policy rule";

/** A scalar of a YAML file. Dates and other tagged scalars stay text. */
export interface LocatedScalar {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  readonly source: Source;
  readonly injection?: Injection;
}

/** A list of a YAML file. */
export interface LocatedList {
  readonly kind: "list";
  readonly items: readonly Located[];
  readonly source: Source;
  readonly injection?: Injection;
}

/** One key of a map with its value. */
export interface LocatedEntry {
  /** Where the key stands; the value has its own place. */
  readonly key: Source;
  readonly value: Located;
}

/** A map of a YAML file. Keys are text, in file order, each once. */
export interface LocatedMap {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, LocatedEntry>;
  readonly source: Source;
  readonly injection?: Injection;
}

/** A value that knows the place that says it, all the way down. */
export type Located = LocatedScalar | LocatedList | LocatedMap;
