import type { Source } from "../model/mod.ts";

/**
 * Finds the place in a YAML file of something inside a scalar.
 *
 * Exact in literal blocks (`|`) and in what stands on one line as it is meant; where the scalar
 * is folded or holds escapes, it is the scalar's own place.
 *
 * @param text The file.
 * @param source Where the scalar begins: its first letter, its quote or its indicator.
 * @param value What the scalar means.
 * @param line Of the value, from 0.
 * @param character Of that line, from 0.
 */
export function placeInScalar(
  text: string,
  source: Source,
  value: string,
  line: number,
  character: number,
): Source {
  const lines = text.split(/\r?\n/);
  const isLiteral = lines[source.line - 1]?.[source.column - 1] === "|";
  const meant = value.split("\n")[line] ?? "";
  const row = source.line + (isLiteral ? line + 1 : line);
  const from = isLiteral ? 0 : source.column - 1;
  const at = isLiteral || !value.trimEnd().includes("\n")
    ? lines[row - 1]?.indexOf(meant, from) ?? -1
    : -1;
  return at < 0 ? source : { file: source.file, line: row, column: at + character + 1 };
}
