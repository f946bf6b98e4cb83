import type { InputType } from "../model/mod.ts";

/** A value of an input's type, or the fact that makes it none. */
export type InputValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fact: string };

/**
 * Reads a value for an input.
 *
 * @param type What the flow asks for.
 * @param given Text, as on a command line, or a value that already has a type.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { parseInputValue } from "./parse_input_value.ts";
 *
 * deepEqual(parseInputValue("INT", "42"), { ok: true, value: 42 });
 * deepEqual(parseInputValue("JSON", '{"a": 1}'), { ok: true, value: { a: 1 } });
 * ```
 */
export function parseInputValue(type: InputType, given: unknown): InputValue {
  switch (type) {
    case "STRING":
      return typeof given === "object" && given !== null
        ? { ok: false, fact: "expected a text" }
        : { ok: true, value: String(given) };
    case "INT":
      return number(given, /^[+-]?\d{1,16}$/, "a whole number");
    case "FLOAT":
      return number(given, /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/, "a number");
    case "BOOLEAN":
      return typeof given === "boolean"
        ? { ok: true, value: given }
        : /^(true|false)$/i.test(String(given))
        ? { ok: true, value: String(given).toLowerCase() === "true" }
        : { ok: false, fact: "expected true or false" };
    case "JSON":
      return typeof given === "string" ? json(given) : { ok: true, value: given };
  }
}

function number(given: unknown, pattern: RegExp, expected: string): InputValue {
  const text = String(given);
  const value = Number(text);
  return (typeof given === "string" || typeof given === "number") && pattern.test(text) &&
      Number.isFinite(value)
    ? { ok: true, value }
    : { ok: false, fact: `expected ${expected}` };
}

function json(text: string): InputValue {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, fact: "expected JSON" };
  }
}
