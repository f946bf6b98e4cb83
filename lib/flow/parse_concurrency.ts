import type { Concurrency } from "../model/mod.ts";
import { missing } from "./findings.ts";
import { isEmpty } from "./located_values.ts";
import {
  entryOf,
  inside,
  readWhole,
  readWord,
  refuseOtherKeys,
  type ValueReader,
} from "./value_reader.ts";

/** Reads `concurrency` of a flow (`Concurrency`): by default one more execution waits. */
export function parseConcurrency(flow: ValueReader): Concurrency | undefined {
  const entry = entryOf(flow, "concurrency");
  if (entry === undefined || isEmpty(entry.value)) return undefined;
  const reader = inside(flow, "concurrency");
  if (reader === undefined) return undefined;
  if (entryOf(reader, "limit") === undefined) {
    flow.findings.problems.push(missing('"concurrency"', "limit", reader.map.source));
  }
  refuseOtherKeys(reader, ["limit", "behavior"]);
  return {
    limit: readWhole(reader, "limit", 1) ?? 1,
    behavior: readWord(reader, "behavior", ["QUEUE", "CANCEL", "FAIL"], "QUEUE"),
    source: entry.key,
  };
}
