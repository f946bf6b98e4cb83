import type { Diagnostic, Located } from "../../model/mod.ts";
import type { Condition } from "../../model/rule_policy.ts";
import { checkShape, findLocated, sourceAt } from "../../source/mod.ts";
import { camelExcept } from "./camel_policy.ts";
import { patternOf } from "./pattern_of.ts";
import type { CheckPattern } from "./safe_pattern.ts";
import { ConditionShape } from "./shapes.ts";
import { textOf } from "./values.ts";

/**
 * Reads one condition of a rule.
 *
 * `IN` and `NOT_IN` ask for a list, `IS_NULL` and `IS_NOT_NULL` for no value, the others for
 * one. A text to begin, end or be contained must not be empty: it would hold always.
 *
 * @param name What it is called in messages: `kestra.policies.x.rules.0.where.0`.
 * @returns `undefined` when it is unfit, which `problems` then says.
 */
export function parseCondition(
  item: Located,
  name: string,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
): Condition | undefined {
  const map = item.kind === "map" ? camelExcept(item, ["value"], problems) : item;
  const shape = checkShape(ConditionShape, map, "policy", name, problems);
  if (shape === undefined) return undefined;
  const value = findLocated(map, ["value"]);
  const base = {
    field: { value: shape.field, source: sourceAt(map, ["field"]) },
    source: map.source,
  };
  const { operator } = shape;
  const unfit = (fact: string) => {
    problems.push({
      code: value === undefined ? "policy/missing-key" : "policy/wrong-value",
      severity: "error",
      message: `Cannot use "${name}.value": ${operator} expects ${fact}`,
      at: value?.source ?? map.source,
    });
    return undefined;
  };
  switch (operator) {
    case "IS_NULL":
    case "IS_NOT_NULL":
      return value === undefined ? { ...base, operator } : unfit("no value");
    case "IN":
    case "NOT_IN":
      return value?.kind === "list" && value.items.length > 0 && !value.items.some(isNull)
        ? { ...base, operator, value: value.items }
        : unfit("a list of values");
    case "EQUAL_TO":
    case "NOT_EQUAL_TO":
      return value !== undefined && !isNull(value)
        ? { ...base, operator, value }
        : unfit("a value; for null there is IS_NULL");
    case "REGEX": {
      if (textOf(value) === undefined) return unfit("a pattern");
      const pattern = patternOf(value!, checkPattern, problems);
      return pattern && { ...base, operator, value: pattern };
    }
    default: {
      const text = textOf(value);
      return text ? { ...base, operator, value: { value: text, source: value!.source } } : unfit(
        "a text that is not empty",
      );
    }
  }
}

function isNull(located: Located): boolean {
  return located.kind === "scalar" && located.value === null;
}
