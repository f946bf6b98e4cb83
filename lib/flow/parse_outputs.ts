import type { Located, LocatedMap, Output } from "../model/mod.ts";
import { checkShape, findLocated, toPlain } from "../source/mod.ts";
import { checkInput, unknownType } from "./inputs/check_input.ts";
import { duplicate, type Findings, missing, notSupported, wrongValue } from "./findings.ts";
import { INPUT_TYPES, KESTRA_INPUT_TYPES } from "./inputs/input_keys.ts";
import { isNull, kindOf } from "./located_values.ts";
import { DataId } from "./shapes.ts";
import { readFlag, readText, refuseOtherKeys, type ValueReader } from "./value_reader.ts";

const KEYS = ["id", "type", "value", "required", "description", "displayName", "itemType"];

/** Reads the outputs of a flow (`Output`): each has an id and a value, and may have a type. */
export function parseOutputs(list: Located | undefined, findings: Findings): readonly Output[] {
  const { problems } = findings;
  if (list === undefined || isNull(list)) return [];
  if (list.kind !== "list") {
    const fact = `expected a list, got ${kindOf(list)}`;
    problems.push(wrongValue('"outputs"', fact, list.source));
    return [];
  }
  const seen = new Map<string, LocatedMap>();
  return list.items.flatMap((item, i) => {
    if (item.kind === "map") return outputOf(item, `outputs.${i}`, seen, findings);
    const fact = `expected an output, got ${kindOf(item)}`;
    problems.push(wrongValue(`"outputs.${i}"`, fact, item.source));
    return [];
  });
}

function outputOf(
  item: LocatedMap,
  path: string,
  seen: Map<string, LocatedMap>,
  findings: Findings,
): readonly Output[] {
  const { problems } = findings;
  const idAt = findLocated(item, ["id"]);
  if (idAt === undefined) problems.push(missing("output", "id", item.source));
  const id = idAt && checkShape(DataId, idAt, "flow", `${path}.id`, problems);
  if (id === undefined) return [];
  const twin = seen.get(id);
  if (twin === undefined) seen.set(id, item);
  else problems.push(duplicate("output", id, item, twin.source));
  const value = findLocated(item, ["value"]);
  if (value === undefined || isNull(value)) {
    problems.push(missing(`output "${id}"`, "value", item.source));
    return [];
  }
  const reader = { owner: `output "${id}"`, path, map: item, findings };
  refuseOtherKeys(reader, KEYS);
  return [{
    id,
    ...typeOf(id, reader),
    value: { value: toPlain(value), source: value.source },
    required: readFlag(reader, "required", true),
  }];
}

function typeOf(id: string, reader: ValueReader): Pick<Output, "type"> {
  const { map, findings: { problems, refusals } } = reader;
  const said = readText(reader, "type");
  if (said === undefined) return {};
  const { value: type, source } = said;
  if (!KESTRA_INPUT_TYPES.includes(type)) {
    problems.push(unknownType("output", type, source));
    return {};
  }
  checkInput(id, type, map, problems);
  const known = Object.hasOwn(INPUT_TYPES, type) ? INPUT_TYPES[type] : undefined;
  if (known !== undefined) return { type: known };
  refusals.push(
    notSupported(
      `Cannot run: outputs of type ${type} are not supported yet`,
      source,
      `Outputs here are of type ${Object.keys(INPUT_TYPES).join(", ")}`,
    ),
  );
  return {};
}
