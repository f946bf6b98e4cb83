/**
 * Values of a task or a flow, each with what it may be: what is of another kind is a problem with its
 * place, and an expression where a constant is needed is a refusal.
 *
 * @module
 */
import type { Located, LocatedEntry, LocatedMap, Source, Sourced } from "../model/mod.ts";
import { nearest, parseDuration } from "../source/mod.ts";
import { type Findings, notSupported, wrongValue } from "./findings.ts";
import { isExpression, isNull, kindOf, textOf } from "./located_values.ts";

/** What is read, and where complaints about it go. */
export interface ValueReader {
  /** Who says it, for a person: `task "a"`, `a flow`. */
  readonly owner: string;
  /** Where the map stands: `tasks[0].retry`; empty for the flow. */
  readonly path: string;
  readonly map: LocatedMap;
  readonly findings: Findings;
}

/** A value that says something: null is as good as none. */
export function entryOf({ map }: ValueReader, key: string): LocatedEntry | undefined {
  const entry = map.entries.get(key);
  return entry === undefined || isNull(entry.value) ? undefined : entry;
}

/** A reader of the map that stands under a key; `undefined` where there is none. */
export function inside(reader: ValueReader, key: string): ValueReader | undefined {
  const value = entryOf(reader, key)?.value;
  if (value === undefined) return undefined;
  if (value.kind === "map") return { ...reader, path: nameOf(reader, key), map: value };
  complain(reader, key, value, "a map");
  return undefined;
}

/** A text, which may hold expressions; a number and a boolean are texts as well. */
export function readText(reader: ValueReader, key: string): Sourced<string> | undefined {
  const value = entryOf(reader, key)?.value;
  const text = textOf(value);
  if (value !== undefined && text === undefined) complain(reader, key, value, "a text");
  return text === undefined ? undefined : { value: text, source: value!.source };
}

/** True or false, also as a text. */
export function readFlag(reader: ValueReader, key: string, fallback: boolean): boolean {
  const value = entryOf(reader, key)?.value;
  if (value === undefined) return fallback;
  const text = constantOf(reader, key, value, "Write true or false");
  if (text === undefined) return fallback;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  complain(reader, key, value, "true or false");
  return fallback;
}

/** Refuses a task that sets a flag. */
export function refuseFlag(reader: ValueReader, key: string, fact: string): void {
  if (!readFlag(reader, key, false)) return;
  reader.findings.refusals.push(
    notSupported(
      `Cannot run ${reader.owner} with "${key}": ${fact}`,
      entryOf(reader, key)!.key,
      "Leave it out",
    ),
  );
}

/** One of some words, spelled as here. */
export function readWord<W extends string, F extends W | undefined>(
  reader: ValueReader,
  key: string,
  words: readonly W[],
  fallback: F,
): W | F {
  const value = entryOf(reader, key)?.value;
  if (value === undefined) return fallback;
  const text = constantOf(reader, key, value, `Write one of ${words.join(", ")}`);
  if (text === undefined) return fallback;
  const word = words.find((it) => it === text);
  if (word === undefined) complain(reader, key, value, `one of ${words.join(", ")}`);
  return word ?? fallback;
}

/** A whole number that is not less than `least`. */
export function readWhole(reader: ValueReader, key: string, least: number): number | undefined {
  const value = entryOf(reader, key)?.value;
  if (value === undefined) return undefined;
  const text = constantOf(reader, key, value, "Write a number");
  if (text === undefined) return undefined;
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= 2 ** 31 - 1) return number;
  complain(reader, key, value, `a whole number from ${least}`);
  return undefined;
}

/** A number that is more than zero. */
export function readPositive(reader: ValueReader, key: string): number | undefined {
  const value = entryOf(reader, key)?.value;
  if (value === undefined) return undefined;
  const text = constantOf(reader, key, value, "Write a number");
  if (text === undefined) return undefined;
  const number = /^\d{1,10}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
  if (number > 0) return number;
  complain(reader, key, value, "a number that is more than 0");
  return undefined;
}

/** A duration that is written out, in milliseconds. */
export function readDuration(reader: ValueReader, key: string): Sourced<number> | undefined {
  const duration = durationOf(reader, key);
  if (duration === undefined || typeof duration.value === "number") {
    return duration as Sourced<number> | undefined;
  }
  refuseExpression(reader, key, duration.source, 'Write a duration, such as "PT30S"');
  return undefined;
}

/** A duration, or an expression that comes to one: checked where it is written out. */
export function readDurationText(reader: ValueReader, key: string): Sourced<string> | undefined {
  return durationOf(reader, key) && readText(reader, key);
}

/**
 * A duration: milliseconds of one that is written out, the text of an expression.
 *
 * @returns `undefined` where nothing is said, or what cannot be one; what Java alone reads (a bare
 * number of seconds, signs) and none at all is refused.
 */
export function durationOf(
  reader: ValueReader,
  key: string,
): Sourced<number> | Sourced<string> | undefined {
  const value = entryOf(reader, key)?.value;
  if (value === undefined) return undefined;
  const { source } = value;
  const text = textOf(value);
  if (text !== undefined && isExpression(text)) return { value: text, source };
  const duration = text === undefined ? undefined : parseDuration(text);
  if (duration !== undefined && duration > 0) return { value: duration, source };
  // Java reads a bare number as seconds, and takes signs and zero.
  if (text !== undefined && /^([-+]?P[-+.,\dDTHMS]+|\d+)$/i.test(text)) {
    reader.findings.refusals.push(
      notSupported(
        `Cannot run ${reader.owner}: a duration of "${text}" as "${key}" is not supported`,
        source,
        'Write a duration, such as "PT30S"',
      ),
    );
  } else {
    reader.findings.problems.push(
      wrongValue(
        text === undefined ? `"${nameOf(reader, key)}"` : `${key} "${text}"`,
        'expected a duration such as "PT30S"',
        source,
      ),
    );
  }
  return undefined;
}

/** A list of texts; one text is a list of one. */
export function readTexts(reader: ValueReader, key: string): readonly string[] {
  const value = entryOf(reader, key)?.value;
  if (value === undefined) return [];
  const items = value.kind === "list" ? value.items : [value];
  return items.flatMap((it) => {
    const text = textOf(it);
    if (text === undefined) complain(reader, key, it, "a list of texts");
    return text === undefined ? [] : [text];
  });
}

/** Refuses what a map has beside the keys that are honoured: some Kestra may know it. */
export function refuseOtherKeys(
  { owner, path, map, findings }: ValueReader,
  known: readonly string[],
): void {
  for (const [name, { key }] of map.entries) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    findings.refusals.push(
      notSupported(
        `Cannot run ${owner}: "${name}" in "${path}" is not supported`,
        key,
        near === undefined ? `It has ${known.join(", ")}` : `Did you mean "${near}"?`,
      ),
    );
  }
}

/** Says that a value is not what can stand there. */
export function complain(
  reader: ValueReader,
  key: string,
  value: Located,
  expected: string,
): void {
  reader.findings.problems.push(
    wrongValue(
      `"${nameOf(reader, key)}"`,
      `expected ${expected}, got ${kindOf(value)}`,
      value.source,
    ),
  );
}

function constantOf(
  reader: ValueReader,
  key: string,
  value: Located,
  help: string,
): string | undefined {
  const text = textOf(value);
  if (text !== undefined && isExpression(text)) {
    refuseExpression(reader, key, value.source, help);
    return undefined;
  }
  return text ?? "";
}

function refuseExpression(
  { owner, findings }: ValueReader,
  key: string,
  at: Source,
  help: string,
): void {
  findings.refusals.push(
    notSupported(`Cannot run ${owner}: an expression as "${key}" is not supported`, at, help),
  );
}

function nameOf({ path }: ValueReader, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
