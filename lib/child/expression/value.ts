import { Fault } from "./fault.ts";
import { type Budget, MAX_NESTING } from "./limits.ts";

/** All an expression can hold: plain data. Never a function, so nothing to call. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap;
/** A map; only its own properties count. */
export interface ValueMap {
  readonly [key: string]: Value;
}

/**
 * Admits a value of the host into an expression. Looks at the value itself, not below it:
 * every read of a property passes here again.
 *
 * @throws {Fault} For what is not plain data: functions, instances of classes, symbols.
 */
export function admit(value: unknown): Value {
  switch (typeof value) {
    case "undefined":
      return null;
    case "string":
    case "number":
    case "boolean":
      return value;
    case "object":
      if (value === null || Array.isArray(value)) return value;
      if (isPlain(value)) return value as ValueMap;
  }
  throw new Fault("the value is not plain data");
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Tells a list from everything else; `Array.isArray` does not narrow a readonly array. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Tells a map from everything else. */
export function isMap(value: Value): value is ValueMap {
  return typeof value === "object" && value !== null && !isList(value);
}

/** Makes a map without a prototype, in which `__proto__` is a key like any other. */
export function mapOf(entries: Iterable<readonly [string, Value]>): ValueMap {
  const map: Record<string, Value> = Object.create(null);
  for (const [key, value] of entries) map[key] = value;
  return map;
}

/** Names the kind of a value, with its article, for messages. */
export function kindOf(value: Value): string {
  if (value === null) return "null";
  if (isList(value)) return "a list";
  if (typeof value === "object") return "a map";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}

/**
 * Writes a value as JSON, without spaces.
 *
 * Leaves out map entries that are null unless told to keep them: Kestra's mapper is set to
 * NON_NULL. Nulls in lists stay.
 *
 * @throws {Fault} When the value nests too deep (or holds itself) or costs too much.
 */
export function toJson(value: Value, budget: Budget, nulls: "drop" | "keep" = "drop"): string {
  const write = (it: unknown, depth: number): string => {
    if (depth > MAX_NESTING) throw new Fault(`the value nests deeper than ${MAX_NESTING} levels`);
    const admitted = admit(it);
    budget.spend();
    if (typeof admitted === "string") budget.spendText(admitted.length);
    if (isList(admitted)) return bracket("[", admitted.map((item) => write(item, depth + 1)), "]");
    if (!isMap(admitted)) return JSON.stringify(admitted);
    const entries: string[] = [];
    for (const key of Object.keys(admitted)) {
      const item = admitted[key] ?? null;
      if (item === null && nulls === "drop") continue;
      entries.push(`${JSON.stringify(key)}:${write(item, depth + 1)}`);
    }
    return bracket("{", entries, "}");
  };
  const bracket = (open: string, items: readonly string[], close: string): string => {
    budget.spendText(items.reduce((sum, it) => sum + it.length + 1, 0));
    return open + items.join(",") + close;
  };
  return write(value, 0);
}

/** Writes a value as Kestra prints it: text as is, null as nothing, maps and lists as JSON. */
export function toText(value: Value, budget: Budget): string {
  if (value === null) return "";
  return typeof value === "object" ? toJson(value, budget) : String(value);
}

/**
 * Writes a value into a larger text. Java would print `[a, b]` and `{a=1}` here, which nobody
 * wants, so lists and maps are refused.
 */
export function scalarText(value: Value, ifNull: "" | "null" = ""): string {
  if (value === null) return ifNull;
  if (typeof value === "object") {
    throw new Fault(`${kindOf(value)} has no text of its own`, `Turn it into JSON: … | toJson`);
  }
  return String(value);
}

/** Compares as Pebble's `==`: by value, text never equals a number. */
export function isEqual(a: unknown, b: unknown, budget: Budget, depth = 0): boolean {
  if (depth > MAX_NESTING) throw new Fault(`the value nests deeper than ${MAX_NESTING} levels`);
  const [left, right] = [admit(a), admit(b)];
  budget.spend();
  if (typeof left === "string") budget.spendText(left.length);
  if (left === right) return true;
  if (isList(left)) {
    return isList(right) && left.length === right.length &&
      left.every((it, i) => isEqual(it, right[i], budget, depth + 1));
  }
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length &&
    keys.every((it) => Object.hasOwn(right, it) && isEqual(left[it], right[it], budget, depth + 1));
}
