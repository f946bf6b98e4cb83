import type { Located } from "../../model/mod.ts";
import type { RestrictRule } from "../../model/rule_policy.ts";
import { type Canonical, sameClass, spellings } from "./compile_rules.ts";
import { holdsExpression, shown } from "./values.ts";

/** Why a value breaks a restriction. */
export interface Fault {
  /** Completes `policy "p" restricts "a.b": `. */
  readonly fact: string;
  /** An expression hides the value. */
  readonly hidden?: true;
}

/** The most values that are listed in a message. */
const MANY = 6;

/**
 * Finds what is wrong with a value that a `Restrict` bounds.
 *
 * Of a list every item must fit. A text that is a number counts as one for `min` and `max`, as
 * Kestra makes one of it. A class fits when the class it really is fits; a pattern must match
 * both its names.
 *
 * @param isClass The value is the name of a class.
 */
export function restrictionFault(
  value: Located,
  rule: RestrictRule,
  isClass: boolean,
  canonical: Canonical,
): Fault | undefined {
  if (holdsExpression(value)) {
    return { fact: `it holds an expression, so that nobody can tell`, hidden: true };
  }
  const { equals, enum: list, regex, min, max } = rule;
  const same = (a: Located, b: Located) => sameClass(a, b, isClass, canonical);
  if (equals !== undefined && !same(value, equals)) {
    return { fact: `it is ${shown(value)}, not ${shown(equals)}` };
  }
  if (list !== undefined) {
    const fits = (it: Located) => list.some((allowed) => same(it, allowed));
    const bad = fits(value) ? undefined : firstOf(value, (it) => !fits(it));
    if (bad !== undefined) return { fact: `it is ${shown(bad)}, not ${oneOf(list)}` };
  }
  if (regex !== undefined) {
    const bad = firstOf(value, (it) => {
      const texts = it.kind === "scalar" ? spellings(it, isClass, canonical) : [];
      return texts.length === 0 || texts.some((text) => !regex.value.test(text));
    });
    if (bad !== undefined) {
      return { fact: `${shown(bad)} does not match "${regex.value.source}"` };
    }
  }
  if (min === undefined && max === undefined) return undefined;
  const number = numberOf(value);
  if (number === undefined) return { fact: `${shown(value)} is no number` };
  if (min !== undefined && number < min.value) {
    return { fact: `${number} is less than ${min.value}` };
  }
  if (max !== undefined && number > max.value) {
    return { fact: `${number} is more than ${max.value}` };
  }
  return undefined;
}

/** Of a list the first item that is bad, of anything else itself. */
function firstOf(value: Located, bad: (it: Located) => boolean): Located | undefined {
  return value.kind === "list" ? value.items.find(bad) : bad(value) ? value : undefined;
}

function oneOf(list: readonly Located[]): string {
  const some = list.slice(0, MANY).map(shown);
  if (list.length > MANY) some.push(`${list.length - MANY} more`);
  return some.length === 1 ? some[0]! : `one of ${some.join(", ")}`;
}

function numberOf(value: Located): number | undefined {
  if (value.kind !== "scalar") return undefined;
  if (typeof value.value === "number") return value.value;
  return typeof value.value === "string" && /^\s*[+-]?\d+(?:\.\d+)?\s*$/.test(value.value)
    ? Number(value.value)
    : undefined;
}
