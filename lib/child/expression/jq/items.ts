import { Fault, quote } from "../fault.ts";
import type { Budget } from "../limits.ts";
import { admit, isList, isMap, kindOf, mapOf, type Value } from "../value.ts";

/** All but null and false. */
export function holds(value: Value): boolean {
  return value !== null && value !== false;
}

/** As jq: what is not there is null, and so is everything in null. */
export function itemAt(of: Value, key: Value): Value {
  if (typeof key === "string" && (of === null || isMap(of))) {
    return of !== null && Object.hasOwn(of, key) ? admit(of[key]) : null;
  }
  if (typeof key === "number" && (of === null || isList(of))) {
    return of === null ? null : admit(of.at(Math.floor(key)) ?? null);
  }
  const what = typeof key === "string" ? quote(key) : kindOf(key);
  throw new Fault(`${kindOf(of)} has no item ${what}`);
}

/** What `[]` goes through. */
export function itemsOf(of: Value): readonly Value[] {
  if (isList(of)) return of;
  if (isMap(of)) return Object.values(of);
  throw new Fault(`there is nothing to go through in ${kindOf(of)}`);
}

/** @throws {Fault} Where it is none. */
export function numberOf(value: Value): number {
  if (typeof value === "number") return value;
  throw new Fault(`it needs a number, not ${kindOf(value)}`);
}

/** Adds two values as `+` of jq does: numbers, texts, lists and maps, and null to anything. */
export function add(left: Value, right: Value, budget: Budget): Value {
  if (left === null) return right;
  if (right === null) return left;
  if (typeof left === "number" && typeof right === "number") return left + right;
  if (typeof left === "string" && typeof right === "string") {
    budget.spendText(left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    budget.spend(left.length + right.length);
    return [...left, ...right];
  }
  if (isMap(left) && isMap(right)) {
    const entries = [...Object.entries(left), ...Object.entries(right)];
    budget.spend(entries.length);
    return mapOf(entries);
  }
  throw new Fault(`${kindOf(left)} and ${kindOf(right)} cannot be added`);
}
