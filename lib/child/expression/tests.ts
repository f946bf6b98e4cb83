import type { Callable } from "./callable.ts";
import { Fault } from "./fault.ts";
import { isEqual, isList, isMap, kindOf, type Value } from "./value.ts";

/** Tells what Pebble calls empty: null, blank text, a list or map without entries. */
export function isEmpty(value: Value): boolean {
  if (typeof value === "string") return value.trim() === "";
  if (isList(value)) return value.length === 0;
  return value === null || (isMap(value) && Object.keys(value).length === 0);
}

/** What may follow `is` and `is not`. `defined` is among them: it gets `null` for a missing name. */
export const TESTS: ReadonlyMap<string, Callable<boolean>> = new Map([
  ["defined", test((it) => it !== null)],
  ["null", test((it) => it === null)],
  ["empty", test(isEmpty)],
  ["even", test((it) => whole(it) % 2 === 0)],
  ["odd", test((it) => whole(it) % 2 !== 0)],
  ["map", test(isMap)],
  ["iterable", test((it) => isList(it) || isMap(it))],
  ["json", test(isJson)],
  [
    "equalTo",
    {
      parameters: ["value"],
      call: (it, [other], { budget }) => isEqual(it, other ?? null, budget),
    },
  ],
]);

function test(holds: (input: Value) => boolean): Callable<boolean> {
  return { parameters: [], call: holds };
}

function whole(value: Value): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new Fault(`"even" and "odd" need a whole number, not ${kindOf(value)}`);
}

function isJson(value: Value): boolean {
  if (typeof value !== "string") throw new Fault(`"json" needs text, not ${kindOf(value)}`);
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
