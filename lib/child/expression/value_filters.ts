import { type Arguments, type Callable, textArgument } from "./callable.ts";
import { Fault, quote } from "./fault.ts";
import { isEmpty } from "./tests.ts";
import { isList, isMap, kindOf, toJson, type Value } from "./value.ts";

const NUMBER = /^[+-]?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,3})?$/;

/** Filters over any value. */
export const VALUE_FILTERS: readonly (readonly [string, Callable])[] = [
  ["default", { parameters: ["default"], call: (it, [other]) => isEmpty(it) ? other ?? null : it }],
  ["raw", { parameters: [], call: (it) => it }],
  ["length", { parameters: [], call: length }],
  ["json", json([])],
  ["toJson", json(["includeNulls?"])],
  ["abs", { parameters: [], call: abs }],
  ["number", { parameters: ["type?"], call: number }],
  ["string", { parameters: [], call: string }],
];

/** Null and what has no length count 0, as in Pebble. */
function length(input: Value): number {
  if (typeof input === "string" || isList(input)) return input.length;
  return isMap(input) ? Object.keys(input).length : 0;
}

function json(parameters: readonly string[]): Callable {
  return {
    parameters,
    call: (input, [includeNulls], { budget }) =>
      toJson(input, budget, includeNulls === true ? "keep" : "drop"),
  };
}

function abs(input: Value): Value {
  if (input === null) return null;
  if (typeof input === "number") return Math.abs(input);
  throw new Fault(`it needs a number, not ${kindOf(input)}`);
}

/**
 * Java reads `010` as octal here, so zeros in front are refused.
 */
function number(input: Value, [type]: Arguments): Value {
  if (input === null) return null;
  if (typeof input !== "string") throw new Fault(`it needs text, not ${kindOf(input)}`);
  const kind = type === undefined ? "" : textArgument("type", type);
  const isWhole = kind === "INT" || kind === "LONG" || kind === "BIGINTEGER";
  if (!isWhole && !["", "FLOAT", "DOUBLE", "BIGDECIMAL"].includes(kind)) {
    throw new Fault(
      `unknown type ${quote(kind)}`,
      "Types are: INT, LONG, BIGINTEGER, FLOAT, DOUBLE, BIGDECIMAL",
    );
  }
  const value = Number(input);
  const fits = NUMBER.test(input) && !/^[+-]?0\d/.test(input) && Number.isFinite(value);
  if (!fits || (isWhole && !/^[+-]?\d+$/.test(input))) {
    throw new Fault(`${quote(input)} is not a ${isWhole ? "whole " : ""}number`);
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Fault("the number is beyond 2^53");
  }
  return value;
}

/** Kestra's `string` is for numbers, and for texts that are one. */
function string(input: Value): Value {
  if (input === null) return null;
  if (typeof input === "number") return String(input);
  if (typeof input !== "string") throw new Fault(`it needs a number, not ${kindOf(input)}`);
  if (!NUMBER.test(input)) throw new Fault(`${quote(input)} is not a number`);
  return input;
}
