import { type InputType, StageError } from "../../model/mod.ts";
import { parseYaml, toPlain } from "../../source/mod.ts";
import { readDuration } from "./iso_duration.ts";
import { readDate, readDateTime, type ReadTime, readTime } from "./time_values.ts";

/** A value of an input's type, or the fact that makes it none. */
export type InputValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fact: string };

/** How expressions see a moment, a day, a time of day and a duration: as text, in one form each. */
const TIMES: Readonly<Record<string, { readonly read: ReadTime; readonly like: string }>> = {
  DATE: { read: readDate, like: "a date like 2024-12-31" },
  DATETIME: { read: readDateTime, like: "a date and time like 2024-12-31T23:59:59Z" },
  DURATION: { read: readDuration, like: "a duration like PT1H30M" },
  TIME: { read: readTime, like: "a time like 23:59:59" },
};

/** `EmailInput`; an empty text is one. */
const EMAIL = /^$|^[a-zA-Z0-9_!#$%&’*+/=?`{|}~^.-]+@[a-zA-Z0-9.-]+$/;

/**
 * Reads a value for an input, as Kestra's `FlowInputOutput` does; more strictly where that takes
 * anything for `false`, and turns any path into a file.
 *
 * @param type What the flow asks for.
 * @param given Text, as on a command line, or a value that already has a type.
 * @param itemType What the items of a list are. Absent: an ARRAY's may be anything, the others' are texts.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { parseInputValue } from "./parse_input_value.ts";
 *
 * deepEqual(parseInputValue("INT", "42"), { ok: true, value: 42 });
 * deepEqual(parseInputValue("JSON", '{"a": 1}'), { ok: true, value: { a: 1 } });
 * deepEqual(parseInputValue("ARRAY", '["1"]', "INT"), { ok: true, value: [1] });
 * ```
 */
export function parseInputValue(
  type: InputType,
  given: unknown,
  itemType?: InputType,
): InputValue {
  switch (type) {
    case "STRING":
    case "SECRET":
    case "SELECT":
    case "ENUM":
      return textFrom(given, () => true, "a text");
    case "EMAIL":
      return textFrom(given, (it) => EMAIL.test(it), "an e-mail address");
    case "URI":
      return textFrom(given, isUri, "a URI like https://example.com");
    case "FILE":
      return textFrom(given, (it) => /^(?:kestra|file|nsfile):\/\/\S+$/.test(it), "a file");
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
    case "DATE":
    case "DATETIME":
    case "DURATION":
    case "TIME":
      return time(given, TIMES[type]!);
    case "JSON":
      return typeof given === "string" ? json(given) : { ok: true, value: given };
    case "YAML":
      return typeof given === "string" ? yaml(given) : { ok: true, value: given };
    case "ARRAY":
      return list(given, itemType);
    case "MULTISELECT":
      return list(given, itemType ?? "STRING");
  }
}

/** Whether an empty text is a value of the type; of any other it is no value at all, as in Kestra. */
export function takesEmptyText(type: InputType): boolean {
  return ["STRING", "SELECT", "ENUM", "EMAIL", "SECRET"].includes(type);
}

function textFrom(
  given: unknown,
  fits: (text: string) => boolean,
  expected: string,
): InputValue {
  const text = typeof given === "object" ? undefined : String(given);
  return text !== undefined && fits(text)
    ? { ok: true, value: text }
    : { ok: false, fact: `expected ${expected}` };
}

/** What `java.net.URI` takes that has a scheme. */
function isUri(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\s"<>\\^`{|}\x00-\x20\x7f]+$/.test(text) &&
    !/%(?![0-9A-Fa-f]{2})/.test(text);
}

function number(given: unknown, pattern: RegExp, expected: string): InputValue {
  const text = String(given);
  const value = Number(text);
  return (typeof given === "string" || typeof given === "number") && pattern.test(text) &&
      Number.isFinite(value)
    ? { ok: true, value }
    : { ok: false, fact: `expected ${expected}` };
}

function time(given: unknown, { read, like }: { read: ReadTime; like: string }): InputValue {
  const value = typeof given === "string" ? read(given.trim()) : undefined;
  return value === undefined ? { ok: false, fact: `expected ${like}` } : { ok: true, value };
}

function json(text: string): InputValue {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, fact: "expected JSON" };
  }
}

function yaml(text: string): InputValue {
  try {
    const root = parseYaml(text, "input");
    return { ok: true, value: root === undefined ? null : toPlain(root) };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { ok: false, fact: "expected YAML" };
  }
}

function list(given: unknown, itemType: InputType | undefined): InputValue {
  const parsed = typeof given === "string" ? json(given) : { ok: true, value: given } as const;
  if (!parsed.ok || !Array.isArray(parsed.value)) {
    return { ok: false, fact: 'expected a list, as JSON: ["a", "b"]' };
  }
  if (itemType === undefined) return parsed;
  const items: unknown[] = [];
  for (const [i, it] of parsed.value.entries()) {
    const item = parseInputValue(itemType, it);
    if (!item.ok) return { ok: false, fact: `${item.fact} for each item, item ${i} is none` };
    items.push(item.value);
  }
  return { ok: true, value: items };
}
