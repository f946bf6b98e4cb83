/**
 * The JSON Schemas of what `value_reader.ts` reads: null says nothing, and where a constant is needed an
 * expression is refused when it is planned.
 *
 * @module
 */
import type { JsonSchema } from "../source/json_schema.ts";

const EXPRESSION = "\\{\\{|\\{%";

/** A text; a number and a boolean are texts as well. */
export const TEXT: JsonSchema = { type: ["string", "number", "boolean", "null"] };

/** One text, or a list of them. */
export const TEXTS: JsonSchema = {
  anyOf: [TEXT, { type: "array", items: { type: ["string", "number", "boolean"] } }],
};

/** True or false. */
export const FLAG: JsonSchema = {
  anyOf: [
    { type: ["boolean", "null"] },
    { type: "string", pattern: `^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE])$|${EXPRESSION}` },
  ],
};

/** A duration: a bare number is one in Java, and refused when it is planned. */
export const DURATION: JsonSchema = {
  anyOf: [{ type: ["number", "null"] }, {
    type: "string",
    pattern: `^\\s*[-+]?[pP][-+.,\\ddDtThHmMsS]+\\s*$|^\\d+$|${EXPRESSION}`,
  }],
  description: 'A duration, such as "PT30S"',
};

/** A whole number. */
export function whole(least: number): JsonSchema {
  return {
    anyOf: [
      { type: "integer", minimum: least, maximum: 2 ** 31 - 1 },
      { type: "null" },
      { type: "string", pattern: `^\\d{1,10}$|${EXPRESSION}` },
    ],
  };
}

/** A number that is more than zero. */
export const POSITIVE: JsonSchema = {
  anyOf: [
    { type: "number", exclusiveMinimum: 0 },
    { type: "null" },
    { type: "string", pattern: `^\\d{1,10}(\\.\\d{1,9})?$|${EXPRESSION}` },
  ],
};

/** One of some words. */
export function words(all: readonly string[]): JsonSchema {
  return { anyOf: [{ enum: [...all, null] }, { type: "string", pattern: EXPRESSION }] };
}

/** Something, or what asks for nothing. */
export function orNothing(schema: JsonSchema): JsonSchema {
  return {
    anyOf: [{ type: "null" }, { type: "array", maxItems: 0 }, {
      type: "object",
      maxProperties: 0,
    }, schema],
  };
}

/** A key that has to say something. */
export const SAID: JsonSchema = { not: { type: "null" } };
