import type { Located, LocatedEntry, LocatedMap, Refusal, Source, Task } from "../../model/mod.ts";
import { toPlain } from "../../source/to_plain.ts";

/**
 * Reads the properties of a task, and keeps what stands against it.
 *
 * What does not fit is put among `refusals` and read as if it were not there: nothing comes of a
 * task that has one.
 */
export interface TaskReader {
  readonly task: Task;
  readonly refusals: Refusal[];
}

/** Whether a text means something else once it is rendered. */
export function hasExpression(text: string): boolean {
  return /\{[{%#]/.test(text);
}

/** The first text in a value that has an expression. */
export function expressionIn(value: Located): Located | undefined {
  switch (value.kind) {
    case "scalar":
      return typeof value.value === "string" && hasExpression(value.value) ? value : undefined;
    case "list":
      return value.items.map(expressionIn).find((it) => it !== undefined);
    case "map":
      return [...value.entries.values()].map((it) => expressionIn(it.value))
        .find((it) => it !== undefined);
  }
}

/** A property that somebody gave; `null` is none. */
export function entryOf(map: LocatedMap | undefined, name: string): LocatedEntry | undefined {
  const entry = map?.entries.get(name);
  return entry?.value.kind === "scalar" && entry.value.value === null ? undefined : entry;
}

/** The property of the task itself. */
export function propertyOf({ task }: TaskReader, name: string): LocatedEntry | undefined {
  return entryOf(task.effective, name);
}

/** Says that a value is not what its property takes. */
export function wrongValue(
  { task, refusals }: TaskReader,
  name: string,
  expected: string,
  { source }: Located,
): undefined {
  refusals.push({
    code: "plan/wrong-value",
    message: `Cannot run task "${task.id}": "${name}" is not ${expected}`,
    by: "unsupported",
    source,
  });
}

/** Says that a value is understood, and cannot be given. */
export function notGiven(
  { task, refusals }: TaskReader,
  name: string,
  fact: string,
  source: Source,
  help?: string,
): undefined {
  refusals.push({
    code: "plan/unsupported-value",
    message: `Cannot run task "${task.id}": "${name}" ${fact}`,
    by: "unsupported",
    source,
    ...(help !== undefined && { help }),
  });
}

/** A property that decides what is planned, and so cannot wait for the run. */
export function decidedAt(
  reader: TaskReader,
  name: string,
  entry: LocatedEntry | undefined,
): Located | undefined {
  if (entry === undefined) return undefined;
  const expression = expressionIn(entry.value);
  if (expression === undefined) return entry.value;
  return notGiven(
    reader,
    name,
    `holds ${
      JSON.stringify(toPlain(expression))
    }, and an expression cannot be decided before the run`,
    expression.source,
  );
}

/** `true` or `false`, and nothing that comes to be one. */
export function readFlag(
  reader: TaskReader,
  name: string,
  entry: LocatedEntry | undefined,
): boolean | undefined {
  const value = decidedAt(reader, name, entry);
  if (value === undefined) return undefined;
  if (value.kind === "scalar" && typeof value.value === "boolean") return value.value;
  if (value.kind === "scalar" && (value.value === "true" || value.value === "false")) {
    return value.value === "true";
  }
  return wrongValue(reader, name, "true or false", value);
}

/** One of some words. */
export function readWord<T extends string>(
  reader: TaskReader,
  name: string,
  entry: LocatedEntry | undefined,
  words: readonly T[],
): T | undefined {
  const value = decidedAt(reader, name, entry);
  if (value === undefined) return undefined;
  const word = value.kind === "scalar" ? words.find((it) => it === value.value) : undefined;
  return word ?? wrongValue(reader, name, `one of ${words.join(", ")}`, value);
}

/** A text, or a number or flag that is meant as one. */
export function readText(
  reader: TaskReader,
  name: string,
  entry: LocatedEntry | undefined,
): string | undefined {
  if (entry === undefined) return undefined;
  const { value } = entry;
  return isText(value) ? String(value.value) : wrongValue(reader, name, "a text", value);
}

/**
 * A list of texts; of one that is no list, its only text where `single` says so.
 *
 * @returns `[]` where the property is not there.
 */
export function readTexts(
  reader: TaskReader,
  name: string,
  entry: LocatedEntry | undefined,
  single: "single" | "list" = "list",
): readonly string[] {
  if (entry === undefined) return [];
  const { value } = entry;
  if (value.kind === "list" && value.items.every(isText)) {
    return value.items.map((it) => String(toPlain(it)));
  }
  if (single === "single" && isText(value)) return [String(value.value)];
  wrongValue(reader, name, single === "single" ? "a text" : "a list of texts", value);
  return [];
}

/** A map whose values are texts. */
export function readTextMap(
  reader: TaskReader,
  name: string,
  entry: LocatedEntry | undefined,
): Readonly<Record<string, string | null>> {
  if (entry === undefined) return {};
  const { value } = entry;
  if (
    value.kind === "map" && [...value.entries.values()].every((it) => it.value.kind === "scalar")
  ) {
    return Object.fromEntries(
      Object.entries(toPlain(value)).map(([key, it]) => [key, it === null ? null : String(it)]),
    );
  }
  wrongValue(reader, name, "a map of texts", value);
  return {};
}

function isText(value: Located): value is Extract<Located, { kind: "scalar" }> {
  return value.kind === "scalar" && value.value !== null;
}
