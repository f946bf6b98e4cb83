import type { Diagnostic } from "../../model/mod.ts";
import type { LintContext, LintRule } from "./lint_rule.ts";

/** What rules find, in the order of files and places. A place is named once by each rule. */
export function runRules(
  rules: readonly LintRule[],
  context: LintContext,
): readonly Diagnostic[] {
  const found = rules.flatMap((rule) => [...rule.find(context)]);
  return found.toSorted(byPlace);
}

/** Compares findings by where they stand; those without a place come first. */
export function byPlace({ at: a }: Diagnostic, { at: b }: Diagnostic): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
