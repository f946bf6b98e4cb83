import type { Diagnostic, Located, LocatedMap } from "../model/mod.ts";
import { checkShape, findLocated } from "../source/mod.ts";
import { checkInput, unknownType } from "./check_input.ts";
import { duplicate, missing, wrongValue } from "./findings.ts";
import { KESTRA_INPUT_TYPES } from "./input_keys.ts";
import { DataId } from "./shapes.ts";
import { isNull, kindOf, textOf } from "./located_values.ts";

/** Says what Kestra rejects in the outputs of a flow. They are not given yet. */
export function checkOutputs(list: Located | undefined, problems: Diagnostic[]): void {
  if (list === undefined || isNull(list)) return;
  if (list.kind !== "list") {
    const fact = `expected a list, got ${kindOf(list)}`;
    problems.push(wrongValue('"outputs"', fact, list.source));
    return;
  }
  const seen = new Map<string, LocatedMap>();
  for (const [i, item] of list.items.entries()) {
    if (item.kind !== "map") {
      const fact = `expected an output, got ${kindOf(item)}`;
      problems.push(wrongValue(`"outputs.${i}"`, fact, item.source));
      continue;
    }
    const idAt = findLocated(item, ["id"]);
    if (idAt === undefined) problems.push(missing("output", "id", item.source));
    const id = idAt && checkShape(DataId, idAt, "flow", `outputs.${i}.id`, problems);
    if (id === undefined) continue;
    const twin = seen.get(id);
    if (twin === undefined) seen.set(id, item);
    else problems.push(duplicate("output", id, item, twin.source));
    const typeAt = findLocated(item, ["type"]);
    const type = textOf(typeAt);
    if (typeAt === undefined || type === undefined) continue;
    if (KESTRA_INPUT_TYPES.includes(type)) checkInput(id, type, item, problems);
    else problems.push(unknownType("output", type, typeAt.source));
  }
}
