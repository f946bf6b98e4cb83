import { TaskFailure } from "../task_failure.ts";
import type { Properties } from "./mod.ts";

/** Whether a property says nothing: it is not there, or null. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/**
 * A property that must be a text; what is a number or a truth value in YAML is its text.
 *
 * @throws {TaskFailure} When it is not there, or a map or a list.
 */
export function textOf(task: Properties, name: string): string {
  const value = task[name];
  if (isAbsent(value)) throw new TaskFailure(`Cannot run: the task has no "${name}"`);
  if (typeof value === "object") {
    throw new TaskFailure(`Cannot use "${name}": expected a text`);
  }
  return String(value);
}

/** As `textOf()`, for one that need not be there. */
export function optionalTextOf(task: Properties, name: string): string | undefined {
  return isAbsent(task[name]) ? undefined : textOf(task, name);
}

/**
 * A property that is true or false, also where an expression has made a text of it.
 *
 * @throws {TaskFailure} When it is anything else.
 */
export function flagOf(task: Properties, name: string, otherwise: boolean): boolean {
  const text = optionalTextOf(task, name)?.trim().toLowerCase();
  if (text === undefined) return otherwise;
  if (text !== "true" && text !== "false") {
    throw new TaskFailure(`Cannot use "${name}" "${text}": expected true or false`);
  }
  return text === "true";
}

/**
 * A property that is a whole number, also where an expression has made a text of it.
 *
 * @throws {TaskFailure} When it is anything else.
 */
export function countOf(task: Properties, name: string): number | undefined {
  const text = optionalTextOf(task, name)?.trim();
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw new TaskFailure(`Cannot use "${name}" "${text}": expected a whole number`);
  }
  return Number(text);
}

/**
 * A property that is a map, a list, or the JSON of one.
 *
 * @throws {TaskFailure} When a text in its place is no JSON.
 */
export function structureOf(task: Properties, name: string): unknown {
  const value = task[name];
  if (typeof value !== "string") return value ?? undefined;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new TaskFailure(`Cannot use "${name}": ${(error as Error).message}`);
  }
}

/** One of some words, in whatever case it is written. */
export function wordOf<const W extends string>(
  task: Properties,
  name: string,
  words: readonly W[],
  otherwise: W,
): W {
  const text = optionalTextOf(task, name)?.trim().toUpperCase();
  if (text === undefined) return otherwise;
  const found = words.find((it) => it === text);
  if (found !== undefined) return found;
  throw new TaskFailure(`Cannot use "${name}" "${text}": expected ${words.join(", ")}`);
}
