import type { Located, Sla } from "../model/mod.ts";
import { missing, wrongValue } from "./findings.ts";
import { isNull, kindOf } from "./located_values.ts";
import { parseLabels } from "./parse_labels.ts";
import {
  entryOf,
  readDuration,
  readText,
  readWord,
  refuseOtherKeys,
  type ValueReader,
} from "./value_reader.ts";

/** Reads `sla` of a flow (`SLA`, `MaxDurationSLA`, `ExecutionAssertionSLA`). */
export function parseSla(flow: ValueReader): readonly Sla[] {
  const value = flow.map.entries.get("sla")?.value;
  if (value === undefined || isNull(value)) return [];
  if (value.kind === "list") return value.items.flatMap((it, i) => slaOf(it, i, flow));
  flow.findings.problems.push(
    wrongValue('"sla"', `expected a list, got ${kindOf(value)}`, value.source),
  );
  return [];
}

function slaOf(item: Located, i: number, flow: ValueReader): readonly Sla[] {
  const { problems } = flow.findings;
  const path = `sla[${i}]`;
  if (item.kind !== "map") {
    problems.push(wrongValue(`"${path}"`, `expected a map, got ${kindOf(item)}`, item.source));
    return [];
  }
  const reader = { ...flow, path, map: item };
  const type = readWord(reader, "type", ["MAX_DURATION", "EXECUTION_ASSERTION"], undefined);
  refuseOtherKeys(reader, ["id", "type", "behavior", "labels", "duration", "assert"]);
  const about = type === "MAX_DURATION" ? ["duration"] : type === undefined ? [] : ["assert"];
  for (const key of ["id", "type", "behavior", ...about]) {
    if (entryOf(reader, key) === undefined) problems.push(missing(`"${path}"`, key, item.source));
  }
  const common = {
    id: readText(reader, "id")?.value ?? "",
    behavior: readWord(reader, "behavior", ["FAIL", "CANCEL", "NONE"], "FAIL"),
    labels: parseLabels(item.entries.get("labels")?.value, flow.findings),
  };
  switch (type) {
    case undefined:
      return [];
    case "MAX_DURATION":
      return [{ ...common, type, durationMs: readDuration(reader, "duration")?.value ?? 0 }];
    case "EXECUTION_ASSERTION": {
      const assert = readText(reader, "assert") ?? { value: "", source: item.source };
      return [{ ...common, type, assert }];
    }
  }
}
