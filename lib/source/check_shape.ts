import * as z from "zod/mini";
import "./say_in_english.ts";
import type { Area, Diagnostic, Located, Source } from "../model/mod.ts";
import { nearest } from "./nearest.ts";
import { toPlain } from "./to_plain.ts";

/**
 * Checks a value of a file against a schema and says, with its place, what does not fit.
 *
 * @param shape Gives what is expected.
 * @param located The value as it was read.
 * @param area First half of the codes: `policy` gives `policy/unknown-key`, `policy/wrong-type`, …
 * @param name What the value is called, for messages: `bulkhead`.
 * @param problems Receives one diagnostic for each thing that does not fit.
 * @returns The value as the schema gives it, or `undefined` when something did not fit.
 */
export function checkShape<T>(
  shape: () => z.ZodMiniType<T>,
  located: Located,
  area: Area,
  name: string,
  problems: Diagnostic[],
): T | undefined {
  const schema = shape();
  const result = schema.safeParse(toPlain(located));
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    // Not spread: more of them than a call takes arguments would be an error of ours.
    for (const it of complaintsOf(issue, located, area, name, schema)) problems.push(it);
  }
  return undefined;
}

function complaintsOf(
  issue: z.core.$ZodIssue,
  located: Located,
  area: Area,
  name: string,
  schema: z.ZodMiniType,
): Diagnostic[] {
  const path = issue.path.map(String);
  const shown = [name, ...path].join(".");
  if (issue.code === "unrecognized_keys") {
    const known = keysOf(schema, path);
    return issue.keys.map((key) =>
      unknownKey(area, shown, key, known, keySource(located, path, key))
    );
  }
  const value = findLocated(located, path);
  return [{
    code: value === undefined ? `${area}/missing-key` : `${area}/wrong-value`,
    severity: "error",
    message: value === undefined
      ? `Cannot use "${shown}": it is missing`
      : `Cannot use "${shown}": ${lowerFirst(issue.message)}`,
    at: sourceAt(located, path),
  }];
}

/** The complaint about a key that nobody knows, with the known one it may have meant. */
export function unknownKey(
  area: Area,
  owner: string,
  key: string,
  known: readonly string[],
  at: Source,
): Diagnostic {
  const near = nearest(key, known);
  return {
    code: `${area}/unknown-key`,
    severity: "error",
    message: `Cannot use key "${key}": "${owner}" has ${known.join(", ")}`,
    at,
    ...(near !== undefined && { help: `Did you mean "${near}"?` }),
  };
}

/** The value below `located` that `path` leads to. */
export function findLocated(located: Located, path: readonly string[]): Located | undefined {
  let at: Located | undefined = located;
  for (const step of path) {
    at = at?.kind === "map"
      ? at.entries.get(step)?.value
      : at?.kind === "list"
      ? at.items[Number(step)]
      : undefined;
  }
  return at;
}

/** The place of the value that `path` leads to, or of the nearest one around it. */
export function sourceAt(located: Located, path: readonly string[]): Source {
  for (let length = path.length; length >= 0; length--) {
    const found = findLocated(located, path.slice(0, length));
    if (found !== undefined) return found.source;
  }
  return located.source;
}

function keySource(located: Located, path: readonly string[], key: string): Source {
  const owner = findLocated(located, path);
  return (owner?.kind === "map" ? owner.entries.get(key)?.key : undefined) ?? located.source;
}

/** The keys that an object schema knows, some steps down. */
function keysOf(schema: z.core.$ZodType, path: readonly string[]): string[] {
  const { shape = {}, element } = partsOf(schema);
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(shape);
  return keysOf(shape[step] ?? element ?? schema, rest);
}

/** The schemas of its keys, or of its items, whatever it is wrapped in. */
function partsOf(schema: z.core.$ZodType): {
  readonly shape?: z.core.$ZodShape;
  readonly element?: z.core.$ZodType;
} {
  const { shape, element, innerType } = schema._zod.def as {
    readonly shape?: z.core.$ZodShape;
    readonly element?: z.core.$ZodType;
    readonly innerType?: z.core.$ZodType;
  } & z.core.$ZodTypeDef;
  if (innerType !== undefined) return partsOf(innerType);
  return { ...(shape && { shape }), ...(element && { element }) };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
