import type { BinaryOperator } from "./ast.ts";
import { Fault } from "./fault.ts";
import type { Budget } from "./limits.ts";
import { makeRange } from "./make_range.ts";
import { isEqual, isList, isMap, kindOf, scalarText, type Value } from "./value.ts";

/**
 * How a division of whole numbers is meant. JSON does not tell `7` from `7.0`, Java does, so
 * `unknown` refuses a division that does not come out even.
 */
export type Division = "whole" | "decimal" | "unknown";

/** Applies an operator that needs the values of both sides. */
export function applyOperator(
  operator: BinaryOperator,
  left: Value,
  right: Value,
  division: Division,
  budget: Budget,
): Value {
  switch (operator) {
    case "~":
      return scalarText(left) + scalarText(right);
    case "==":
      return isEqual(left, right, budget);
    case "!=":
      return !isEqual(left, right, budget);
    case "<":
    case ">":
    case "<=":
    case ">=":
      return compare(operator, left, right);
    case "contains":
      return contains(left, right, budget);
    case "isIn":
      return isIn(left, right, budget);
    case "..":
      return makeRange(left, right, 1);
    case "+":
      if (typeof left === "string" || typeof right === "string") return addText(left, right);
      if (isList(left)) return isList(right) ? [...left, ...right] : [...left, right];
      return calculate(operator, left, right, division);
    case "-":
      if (isList(left)) return subtractList(left, right, budget);
      return calculate(operator, left, right, division);
    default:
      return calculate(operator, left, right, division);
  }
}

/** A value as a condition: `false`, 0 and the empty text are false, null is an error. */
export function toBoolean(value: Value, where: string): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "number":
      return value !== 0;
    case "string":
      return value !== "";
    default:
      throw new Fault(
        `${where} needs true or false, not ${kindOf(value)}`,
        value === null ? "Test it: … is not null" : "Test it: … is not empty",
      );
  }
}

function calculate(
  operator: "+" | "-" | "*" | "/" | "%",
  left: Value,
  right: Value,
  division: Division,
): number {
  if (typeof left !== "number" || typeof right !== "number") {
    const other = typeof left === "number" ? right : left;
    throw new Fault(`"${operator}" needs numbers, not ${kindOf(other)}`);
  }
  if (right === 0 && (operator === "/" || operator === "%")) throw new Fault("division by zero");
  const result = number(operator, left, right);
  if (operator === "/" && !Number.isInteger(result) && division !== "decimal") {
    if (Number.isInteger(left) && Number.isInteger(right)) {
      if (division === "whole") return Math.trunc(result);
      throw new Fault(
        "the division does not come out even, and its numbers may be whole or decimal",
        'Divide by "2.0" for a decimal; write "(a - a % b) / b" for a whole number',
      );
    }
  }
  if (!Number.isFinite(result) || (Number.isInteger(result) && !Number.isSafeInteger(result))) {
    throw new Fault("the number is beyond 2^53");
  }
  return result;
}

function number(operator: string, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    default:
      return left % right;
  }
}

function addText(left: Value, right: Value): string {
  if (left === null || right === null) {
    throw new Fault('"+" cannot join text and null', 'Use "~", which takes null as nothing');
  }
  return scalarText(left) + scalarText(right);
}

function subtractList(left: readonly Value[], right: Value, budget: Budget): Value {
  const gone = isList(right) ? right : [right];
  return left.filter((it) => !gone.some((other) => isEqual(it, other, budget)));
}

/** Numbers with numbers, texts with texts; nothing is less or more than null. */
function compare(operator: "<" | ">" | "<=" | ">=", left: Value, right: Value): boolean {
  if (left === null || right === null) return false;
  const comparable = (typeof left === "number" && typeof right === "number") ||
    (typeof left === "string" && typeof right === "string");
  if (!comparable) {
    throw new Fault(
      `"${operator}" cannot compare ${kindOf(left)} and ${kindOf(right)}`,
      "Turn a text into a number: … | number",
    );
  }
  switch (operator) {
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "<=":
      return left <= right;
    default:
      return left >= right;
  }
}

function contains(left: Value, right: Value, budget: Budget): boolean {
  if (left === null) return false;
  if (typeof left === "string") return left.includes(scalarText(right, "null"));
  if (isMap(left)) return typeof right === "string" && Object.hasOwn(left, right);
  if (!isList(left)) throw new Fault(`"contains" cannot look into ${kindOf(left)}`);
  return (isList(right) ? right : [right])
    .every((wanted) => left.some((it) => isEqual(it, wanted, budget)));
}

/** Kestra compares as text here, with keys and values of a map alike. */
function isIn(left: Value, right: Value, budget: Budget): boolean {
  if (left === null || right === null || typeof right !== "object") return false;
  const items = isList(right) ? right : Object.entries(right).flat();
  budget.spend(items.length);
  const wanted = scalarText(left);
  return items.some((it) => (it === null || typeof it !== "object") && scalarText(it) === wanted);
}
