import type { Fix, TextEdit } from "../../model/mod.ts";

/** A text with changes in it. */
export interface Fixed {
  readonly text: string;
  /** The changes that are in it, in the order given. */
  readonly applied: readonly Fix[];
}

/**
 * Makes changes in one file's text; whatever is between them stays as it is, letter by letter.
 *
 * A change is made whole or not at all. One that overlaps an earlier one is left out, and so is one
 * that names a place that the text has not: both may be found again in the new text.
 *
 * @param fixes Of this file only.
 */
export function applyFixes(text: string, fixes: readonly Fix[]): Fixed {
  const starts = lineStarts(text);
  const taken: Span[] = [];
  const applied: Fix[] = [];
  for (const fix of fixes) {
    const spans = fix.edits.map((it) => spanOf(it, starts, text));
    const sure = spans.filter((it) => it !== undefined);
    if (sure.length < spans.length || sure.some((it) => taken.some((its) => overlap(it, its)))) {
      continue;
    }
    // Neither may the edits of one change overlap.
    if (sure.some((it, i) => sure.slice(0, i).some((its) => overlap(it, its)))) continue;
    taken.push(...sure);
    applied.push(fix);
  }
  let result = "";
  let at = 0;
  for (const { from, to, text: put } of taken.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    result += text.slice(at, from) + put;
    at = to;
  }
  return { text: result + text.slice(at), applied };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Two that put something in at one place overlap: nobody knows which comes first. */
function overlap(a: Span, b: Span): boolean {
  return a.from === b.from || (a.from < b.to && b.from < a.to);
}

function spanOf({ at, end, text: put }: TextEdit, starts: readonly number[], text: string) {
  const from = offsetOf(at, starts, text);
  const to = offsetOf(end, starts, text);
  return from === undefined || to === undefined || to < from ? undefined : { from, to, text: put };
}

function offsetOf(
  { line, column }: Pick<TextEdit["at"], "line" | "column">,
  starts: readonly number[],
  text: string,
): number | undefined {
  const start = starts[line - 1];
  if (start === undefined || column < 1) return undefined;
  const next = starts[line] ?? text.length + 1;
  const offset = start + column - 1;
  return offset < next ? offset : undefined;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
