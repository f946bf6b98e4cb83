import { isList, isMap, type Value } from "../value.ts";

/** Of two values of any kinds, which comes first; as jq sorts. */
export function order(a: Value, b: Value): number {
  const kinds = rank(a) - rank(b);
  if (kinds !== 0) return kinds;
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (isList(a) && isList(b)) return orderLists(a, b);
  if (isMap(a) && isMap(b)) {
    const [left, right] = [Object.keys(a).sort(), Object.keys(b).sort()];
    return orderLists(left, right) ||
      orderLists(left.map((it) => a[it]!), left.map((it) => b[it]!));
  }
  return 0;
}

function orderLists(a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const found = order(a[i]!, b[i]!);
    if (found !== 0) return found;
  }
  return a.length - b.length;
}

function rank(value: Value): number {
  if (value === null) return 0;
  if (typeof value === "boolean") return value ? 2 : 1;
  if (typeof value === "number") return 3;
  if (typeof value === "string") return 4;
  return isList(value) ? 5 : 6;
}
