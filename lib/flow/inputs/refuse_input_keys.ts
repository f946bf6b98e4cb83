import type { LocatedMap } from "../../model/mod.ts";
import { findLocated, nearest } from "../../source/mod.ts";
import { type Findings, notSupported } from "../findings.ts";
import { isNull } from "../located_values.ts";
import { FURTHER_INPUT_KEYS, INPUT_KEYS, INPUT_TYPES, KEYS_OF_TYPES } from "./input_keys.ts";

/** Keys that a FORM may have; the rest belongs to what is in it. */
const FORM_KEYS: readonly string[] = [
  "id",
  "name",
  "type",
  "description",
  "displayName",
  "inputs",
  "required",
];

/** Refuses to run a flow whose input says what is not done here. */
export function refuseInputKeys(
  id: string,
  type: string,
  item: LocatedMap,
  { refusals }: Findings,
): void {
  if (type !== "FORM" && !Object.hasOwn(INPUT_TYPES, type)) return; // The type itself is refused.
  for (const [name, { key, value }] of item.entries) {
    if (isNull(value) || isHonoured(name, type)) continue;
    const known = FURTHER_INPUT_KEYS.includes(name) || INPUT_KEYS.includes(name);
    const near = known ? undefined : nearest(name, [...INPUT_KEYS, ...FURTHER_INPUT_KEYS]);
    refusals.push(
      notSupported(
        known
          ? `Cannot run: "${name}" of input "${id}" is nothing that ${type} has`
          : `Cannot run: "${name}" of input "${id}" is not supported yet`,
        key,
        near === undefined ? "Leave it out" : `Did you mean "${near}"?`,
      ),
    );
  }
  const both = findLocated(item, ["options"]);
  if (isNull(both) || isNull(findLocated(item, ["values"])) || both === undefined) return;
  refusals.push(
    notSupported(
      `Cannot run: input "${id}" has both "values" and "options"`,
      both.source,
      "Kestra gives no such input a value; keep values",
    ),
  );
}

function isHonoured(name: string, type: string): boolean {
  if (type === "FORM") return FORM_KEYS.includes(name);
  if (INPUT_KEYS.includes(name)) return true;
  const types = Object.hasOwn(KEYS_OF_TYPES, name) ? KEYS_OF_TYPES[name]! : [];
  return types.some((it) => it === type || INPUT_TYPES[type] === it);
}
