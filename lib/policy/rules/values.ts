import type { Located, LocatedEntry, LocatedMap } from "../../model/mod.ts";

/** What a dotted path leads to. */
export type Found =
  | { readonly kind: "value"; readonly value: Located }
  /** Nothing stands there, or null. */
  | { readonly kind: "absent" }
  /** Something on the way is no map, so that nobody can tell. */
  | { readonly kind: "opaque"; readonly value: Located };

/**
 * Finds what stands at a dotted path.
 *
 * A list of `key` and `value` (as labels may be written) is looked at as the map it stands
 * for. A key that itself has dots is found where the nested way leads nowhere, never instead
 * of it: else a stray `"taskRunner.type"` would hide the real one.
 */
export function findAt(map: LocatedMap, path: string): Found {
  const nested = walk(map, path.split("."));
  if (nested.kind !== "absent" || !path.includes(".")) return nested;
  return literal(map, path);
}

function walk(map: LocatedMap, steps: readonly string[]): Found {
  let at: Located = map;
  for (const step of steps) {
    if (at.kind === "scalar" && at.value === null) return { kind: "absent" };
    const owner = (asMap(at) ?? at) as Located;
    if (owner.kind === "list" && /^\d+$/.test(step)) {
      const item: Located | undefined = owner.items[Number(step)];
      if (item === undefined) return { kind: "absent" };
      at = item;
    } else if (owner.kind === "map") {
      const entry = owner.entries.get(step);
      if (entry === undefined) return { kind: "absent" };
      at = entry.value;
    } else return { kind: "opaque", value: owner };
  }
  return at.kind === "scalar" && at.value === null
    ? { kind: "absent" }
    : { kind: "value", value: at };
}

/** A key with dots in it, at any depth: `labels: {"team.name": x}` for `labels.team.name`. */
function literal(map: LocatedMap, path: string): Found {
  const whole = map.entries.get(path)?.value;
  if (whole !== undefined && !(whole.kind === "scalar" && whole.value === null)) {
    return { kind: "value", value: whole };
  }
  const steps = path.split(".");
  for (let i = 1; i < steps.length; i++) {
    const inner = walk(map, steps.slice(0, i));
    const owner = inner.kind === "value" ? asMap(inner.value) : undefined;
    const rest = owner?.entries.get(steps.slice(i).join("."))?.value;
    if (rest !== undefined && !(rest.kind === "scalar" && rest.value === null)) {
      return { kind: "value", value: rest };
    }
  }
  return { kind: "absent" };
}

/** A map as it is, and a list of `key` and `value` as the map it stands for: the last one wins. */
export function asMap(located: Located): LocatedMap | undefined {
  if (located.kind === "map") return located;
  if (located.kind !== "list" || located.items.length === 0) return undefined;
  const entries = new Map<string, LocatedEntry>();
  for (const item of located.items) {
    if (item.kind !== "map" || item.entries.size !== 2) return undefined;
    const [key, value] = [item.entries.get("key")?.value, item.entries.get("value")?.value];
    if (key?.kind !== "scalar" || key.value === null || value === undefined) return undefined;
    entries.set(String(key.value), { key: key.source, value });
  }
  return { ...located, kind: "map", entries };
}

/** Tells whether a value holds an expression anywhere: what it says is known only when it runs. */
export function holdsExpression(located: Located): boolean {
  switch (located.kind) {
    case "scalar":
      return typeof located.value === "string" && /\{[{%#]/.test(located.value);
    case "list":
      return located.items.some(holdsExpression);
    case "map":
      return [...located.entries].some(([key, { value }]) =>
        /\{[{%#]/.test(key) || holdsExpression(value)
      );
  }
}

/**
 * Tells whether two values are the same.
 *
 * Scalars compare by their text, as Kestra turns `"5"` into 5 and `"TRUE"` into true where a
 * property asks for one; lists in order; maps in any order.
 */
export function sameValue(a: Located, b: Located): boolean {
  if (a.kind === "scalar" && b.kind === "scalar") {
    if (a.value === null || b.value === null) return a.value === b.value;
    const [left, right] = [String(a.value), String(b.value)];
    return typeof a.value === "boolean" || typeof b.value === "boolean"
      ? left.toLowerCase() === right.toLowerCase()
      : left === right;
  }
  if (a.kind === "list" && b.kind === "list") {
    return a.items.length === b.items.length &&
      a.items.every((it, i) => sameValue(it, b.items[i]!));
  }
  if (a.kind === "map" && b.kind === "map") {
    return a.entries.size === b.entries.size &&
      [...a.entries].every(([key, { value }]) => {
        const other = b.entries.get(key)?.value;
        return other !== undefined && sameValue(value, other);
      });
  }
  return false;
}

/** Tells whether a value is nothing to `Require`: blank text, `[]`, `{}`. 0 and false are something. */
export function isEmpty(located: Located): boolean {
  switch (located.kind) {
    case "scalar":
      return located.value === null ||
        (typeof located.value === "string" && located.value.trim() === "");
    case "list":
      return located.items.length === 0;
    case "map":
      return located.entries.size === 0;
  }
}

/** A scalar as text; `undefined` for null and for what is no scalar. */
export function textOf(located: Located | undefined): string | undefined {
  return located?.kind === "scalar" && located.value !== null ? String(located.value) : undefined;
}

/** A value for a message, on one line and not long. */
export function shown(located: Located): string {
  if (located.kind !== "scalar") return `a ${located.kind}`;
  const text = String(located.value).replace(/\s+/g, " ");
  return `"${text.length > 80 ? `${text.slice(0, 79)}…` : text}"`;
}
