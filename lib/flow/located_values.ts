import type { Located, LocatedScalar } from "../model/mod.ts";

/** Whether a value says nothing: `key:` with nothing behind it, as Kestra reads it. */
export function isNull(value: Located | undefined): boolean {
  return value === undefined || (value.kind === "scalar" && value.value === null);
}

/** Whether a value asks for nothing: null, an empty list, an empty map. */
export function isEmpty(value: Located): boolean {
  return isNull(value) || (value.kind === "list" && value.items.length === 0) ||
    (value.kind === "map" && value.entries.size === 0);
}

/** A scalar as text, numbers and booleans too, as Kestra reads them where it wants a text. */
export function textOf(value: Located | undefined): string | undefined {
  return value?.kind === "scalar" && value.value !== null ? String(value.value) : undefined;
}

/** Whether a text is to be rendered before it means anything. */
export function isExpression(text: string): boolean {
  return text.includes("{{") || text.includes("{%");
}

/** What a value is, for a complaint. */
export function kindOf(value: Located): string {
  if (isNull(value)) return "nothing";
  return value.kind === "scalar" ? `"${value.value}"` : `a ${value.kind}`;
}

/** Every scalar below a value in file order, the value itself included. */
export function scalarsOf(value: Located): readonly LocatedScalar[] {
  const found: LocatedScalar[] = [];
  const walk = (it: Located): void => {
    if (it.kind === "scalar") found.push(it);
    else if (it.kind === "list") it.items.forEach(walk);
    else for (const entry of it.entries.values()) walk(entry.value);
  };
  walk(value);
  return found;
}
