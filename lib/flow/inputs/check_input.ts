import type { Diagnostic, LocatedMap } from "../../model/mod.ts";
import { findLocated, nearest } from "../../source/mod.ts";
import { wrongValue } from "../findings.ts";
import { KESTRA_INPUT_TYPES, NO_ITEM_TYPES } from "./input_keys.ts";
import { patternFault } from "./java_pattern.ts";
import { isExpression, textOf } from "../located_values.ts";

/**
 * Says what Kestra rejects in one input or output, whether or not its type is supported here
 * (`ArrayInputValidator`, `MultiselectInputValidator`, `FileInputValidator`, `@Regex`).
 */
export function checkInput(
  id: string,
  type: string,
  item: LocatedMap,
  problems: Diagnostic[],
): void {
  checkItemType(id, type, item, problems);
  checkFileDefault(id, type, item, problems);
  checkValidator(id, item, problems);
  checkRange(id, type, item, problems);
  checkChoice(id, type, item, problems);
}

/** The complaint about a type that Kestra has not. */
export function unknownType(
  what: "input" | "output",
  type: string,
  at: LocatedMap["source"],
): Diagnostic {
  const near = nearest(type, KESTRA_INPUT_TYPES);
  return {
    code: `flow/unknown-${what}-type`,
    severity: "error",
    message: `Cannot use ${what} type "${type}": Kestra has no such type`,
    at,
    help: near === undefined
      ? `It has ${KESTRA_INPUT_TYPES.join(", ")}`
      : `Did you mean "${near}"?`,
  };
}

function checkItemType(id: string, type: string, item: LocatedMap, problems: Diagnostic[]): void {
  for (const key of ["itemType", "elementType"]) {
    const value = findLocated(item, [key]);
    const itemType = textOf(value);
    if (value === undefined || itemType === undefined) continue;
    if (!KESTRA_INPUT_TYPES.includes(itemType)) {
      problems.push(unknownType("input", itemType, value.source));
    } else if (Object.hasOwn(NO_ITEM_TYPES, type) && NO_ITEM_TYPES[type]!.includes(itemType)) {
      problems.push({
        code: "flow/item-type",
        severity: "error",
        message: `Cannot use ${key} ${itemType} for input "${id}": ${
          type === "ARRAY" ? "an ARRAY" : `a ${type}`
        } holds no values of that type`,
        at: value.source,
        help: "Use a plain type such as STRING, or an input of type JSON",
      });
    }
  }
}

function checkFileDefault(
  id: string,
  type: string,
  item: LocatedMap,
  problems: Diagnostic[],
): void {
  const value = type === "FILE" ? findLocated(item, ["defaults"]) : undefined;
  const uri = textOf(value);
  if (value === undefined || uri === undefined) return;
  if (isExpression(uri) || /^(file|nsfile):/i.test(uri)) return;
  problems.push({
    code: "flow/file-default",
    severity: "error",
    message: `Cannot use "${uri}" as default of input "${id}": a FILE has file: or nsfile: URIs`,
    at: value.source,
    help: 'Write it as "file:///absolute/path"',
  });
}

function checkValidator(id: string, item: LocatedMap, problems: Diagnostic[]): void {
  const value = findLocated(item, ["validator"]);
  const text = textOf(value);
  const fault = text === undefined ? undefined : patternFault(text);
  if (value === undefined || fault === undefined) return;
  problems.push({
    code: "flow/bad-validator",
    severity: "error",
    message: `Cannot use validator "${text}" of input "${id}": no regular expression, ${fault}`,
    at: value.source,
    help: "A validator is a regular expression of Java's",
  });
}

/** A default outside of what `min` and `max` allow. */
function checkRange(id: string, type: string, item: LocatedMap, problems: Diagnostic[]): void {
  const defaults = findLocated(item, ["defaults"]);
  const [given, min, max] = [defaults, findLocated(item, ["min"]), findLocated(item, ["max"])]
    .map((it) => Number(textOf(it) ?? NaN));
  if (!["INT", "FLOAT"].includes(type) || defaults === undefined) return;
  if (!(given! < min!) && !(given! > max!)) return;
  problems.push(
    wrongValue(
      `the default of input "${id}"`,
      given! < min! ? `${given} is less than ${min}` : `${given} is more than ${max}`,
      defaults.source,
    ),
  );
}

/** A default that is none of the values to choose from. */
function checkChoice(id: string, type: string, item: LocatedMap, problems: Diagnostic[]): void {
  if (!["ENUM", "SELECT"].includes(type)) return;
  const values = findLocated(item, ["values"]);
  const defaults = findLocated(item, ["defaults"]);
  const given = textOf(defaults);
  if (values?.kind !== "list" || defaults === undefined || given === undefined) return;
  if (
    isExpression(given) || /^true$/i.test(textOf(findLocated(item, ["allowCustomValue"])) ?? "")
  ) {
    return;
  }
  // Since 2.0 a value may be a map of value and label.
  const known = values.items.map((it) => textOf(it) ?? textOf(findLocated(it, ["value"])));
  if (known.includes(given) || known.some((it) => it === undefined || isExpression(it))) return;
  problems.push(
    wrongValue(
      `the default of input "${id}"`,
      `"${given}" is none of ${known.join(", ")}`,
      defaults.source,
    ),
  );
}
