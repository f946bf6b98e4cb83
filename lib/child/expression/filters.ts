import type { Callable } from "./callable.ts";
import { DATE_FILTERS } from "./date_filters.ts";
import { Fault } from "./fault.ts";
import { JQ_FILTER } from "./jq_filter.ts";
import { LIST_FILTERS } from "./list_filters.ts";
import { nearest } from "../../source/nearest.ts";
import { MORE_TEXT_FILTERS } from "./more_text_filters.ts";
import { TEXT_FILTERS } from "./text_filters.ts";
import { VALUE_FILTERS } from "./value_filters.ts";

/** Filters of Pebble and Kestra that we know and do not have, and why. */
const THEIRS: ReadonlyMap<string, string> = new Map([
  ["toIon", "nothing here reads Ion; toJson gives JSON, which Ion takes as well"],
  ["condenseString", "it is not needed by any flow that is known"],
  ["sh", "a script takes values by its variables: env"],
]);

/** What may follow `|`. */
export const FILTERS: ReadonlyMap<string, Callable> = new Map([
  ...TEXT_FILTERS,
  ...LIST_FILTERS,
  ...VALUE_FILTERS,
  ...DATE_FILTERS,
  ...MORE_TEXT_FILTERS,
  ["jq", JQ_FILTER],
]);

/** @throws {Fault} Always: for a filter that is not in {@linkcode FILTERS}. */
export function noSuchFilter(name: string): never {
  const why = THEIRS.get(name);
  if (why !== undefined) throw new Fault(`filter "${name}" is not supported: ${why}`);
  const near = nearest(name, FILTERS.keys());
  throw new Fault(
    `unknown filter "${name}"`,
    near === undefined ? undefined : `Did you mean "${near}"?`,
  );
}
