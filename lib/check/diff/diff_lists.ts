import type { Because, Source, Sourced } from "../../model/mod.ts";
import type { Difference, Subject } from "./difference.ts";

/** A value of one side, or that it says none. */
export type Given<T> = Sourced<T> | undefined;

/** Why a value is what it is. */
export function because(effect: string, rule: string, source: Source | undefined): Because {
  return { effect, rule, source: source ?? "built-in" };
}

/** A list whose entries each let tasks do one more thing. */
export function diffGrants(
  subject: Subject,
  rule: string,
  word: string,
  old: readonly Sourced<string>[],
  now: readonly Sourced<string>[],
): readonly Difference[] {
  const only = (a: readonly Sourced<string>[], b: readonly Sourced<string>[]) =>
    a.filter((it, i) =>
      !b.some((its) => its.value === it.value) && a.findIndex((its) => its.value === it.value) === i
    );
  const report = (it: Sourced<string>, direction: "allowed" | "denied"): Difference => {
    const there = because(`allow ${word} ${it.value}`, rule, it.source);
    const not = because(`withhold ${word} ${it.value}`, rule, undefined);
    return {
      subject,
      direction,
      what: `${word} ${it.value}`,
      example: it.value,
      old: direction === "allowed" ? not : there,
      new: direction === "allowed" ? there : not,
    };
  };
  return [
    ...only(now, old).map((it) => report(it, "allowed")),
    ...only(old, now).map((it) => report(it, "denied")),
  ];
}

/**
 * A ceiling: a higher one, or none, lets tasks do more.
 *
 * @param show How a number is written in the policy's units.
 */
export function diffCeiling(
  subject: Subject,
  rule: string,
  word: string,
  old: Given<number>,
  now: Given<number>,
  show: (value: number) => string = String,
): readonly Difference[] {
  const [a, b] = [old?.value ?? Infinity, now?.value ?? Infinity];
  if (a === b) return [];
  const said = (it: Given<number>) =>
    because(
      it === undefined ? `do not limit ${word}` : `limit ${word} to ${show(it.value)}`,
      rule,
      it?.source,
    );
  const between = Math.min(a, b) + 1;
  return [{
    subject,
    direction: b > a ? "allowed" : "denied",
    what: `${word} above ${show(Math.min(a, b))}${
      Math.max(a, b) === Infinity ? "" : `, up to ${show(Math.max(a, b))}`
    }`,
    example: show(between),
    old: said(old),
    new: said(now),
  }];
}

/**
 * One of several values, from the one that lets tasks do least to the one that lets them do most.
 *
 * @param order Values that are not in it are only different.
 */
export function diffChoice(
  subject: Subject,
  rule: string,
  old: { readonly value: string; readonly source?: Source },
  now: { readonly value: string; readonly source?: Source },
  order: readonly string[],
): readonly Difference[] {
  if (old.value === now.value) return [];
  const [a, b] = [order.indexOf(old.value), order.indexOf(now.value)];
  return [{
    subject,
    direction: a < 0 || b < 0 ? "changed" : b > a ? "allowed" : "denied",
    what: `${rule}: ${now.value}, not ${old.value}`,
    example: now.value,
    old: because(old.value, rule, old.source),
    new: because(now.value, rule, now.source),
  }];
}
