import type { Callable } from "./callable.ts";
import { DATE_FILTERS } from "./date_filters.ts";
import { Fault } from "./fault.ts";
import { LIST_FILTERS } from "./list_filters.ts";
import { nearest } from "../../source/nearest.ts";
import { TEXT_FILTERS } from "./text_filters.ts";
import { VALUE_FILTERS } from "./value_filters.ts";

/** Filters of Pebble and Kestra that we know and do not have. */
const THEIRS: ReadonlySet<string> = new Set(
  ("className condenseString escape escapeChar format indent jq md5 nindent nl2br numberFormat " +
    "numberformat regexExtract regexMatch regexReplace sh sha1 sha256 sha512 timestampMicro " +
    "timestampNano toIon yaml")
    .split(" "),
);

/** What may follow `|`. */
export const FILTERS: ReadonlyMap<string, Callable> = new Map([
  ...TEXT_FILTERS,
  ...LIST_FILTERS,
  ...VALUE_FILTERS,
  ...DATE_FILTERS,
]);

/** @throws {Fault} Always: for a filter that is not in {@linkcode FILTERS}. */
export function noSuchFilter(name: string): never {
  if (THEIRS.has(name)) throw new Fault(`filter "${name}" is not supported yet`);
  const near = nearest(name, [...FILTERS.keys(), ...THEIRS]);
  throw new Fault(
    `unknown filter "${name}"`,
    near === undefined ? undefined : `Did you mean "${near}"?`,
  );
}
