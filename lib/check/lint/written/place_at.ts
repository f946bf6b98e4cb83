import type { LocatedScalar, Source, TextEdit } from "../../../model/mod.ts";
import { placesInScalar } from "../../../source/mod.ts";
import type { LintContext } from "../lint_rule.ts";

type Texts = Pick<LintContext, "texts">;

const split = new WeakMap<LintContext["texts"], Map<string, readonly string[]>>();

/** The lines of a file; none where its text is not known. */
export function linesOf({ texts }: Texts, file: string): readonly string[] {
  const byFile = split.get(texts) ?? new Map<string, readonly string[]>();
  split.set(texts, byFile);
  const known = byFile.get(file) ?? (texts.get(file) ?? "").split(/\r?\n/);
  byFile.set(file, known);
  return known;
}

/**
 * How much of one kind is told of one text: each place costs a look through it, and nobody reads more.
 */
export const MOST_IN_TEXT = 50;

/** The place in a file of a character of a scalar's value, as exact as it can be told. */
export function placeAt(
  context: Texts,
  { value, source }: Pick<LocatedScalar, "value" | "source">,
  offset: number,
): Source {
  const text = String(value);
  const before = text.slice(0, offset);
  const line = before.split("\n").length - 1;
  const letters = [...before.slice(before.lastIndexOf("\n") + 1)].length;
  return placesInScalar(linesOf(context, source.file), source, text)(line, letters);
}

/**
 * Replaces a word of YAML: a key, or a scalar, that stands at a place.
 *
 * @param at Where it begins; the quote, where it has one.
 * @returns `undefined` where the file says something else there, as behind an anchor or in a block.
 */
export function replaceWord(
  context: Texts,
  at: Source,
  word: string,
  text: string,
): TextEdit | undefined {
  const line = linesOf(context, at.file)[at.line - 1] ?? "";
  const from = at.column - 1;
  const quote = /^["']/.exec(line.slice(from))?.[0] ?? "";
  if (!line.startsWith(`${quote}${word}${quote}`, from)) return undefined;
  // Of a plain scalar no more may follow that belongs to it.
  if (quote === "" && !/^(?:\s*$|\s+#|\s*[:,}\]])/.test(line.slice(from + word.length))) {
    return undefined;
  }
  const end = from + word.length + 2 * quote.length;
  return {
    at,
    end: { line: at.line, column: end + 1 },
    text: `${quote}${text}${quote}`,
  };
}
