import type { Source } from "../model/mod.ts";
import { utf16Column } from "./utf16_column.ts";

/** Gives the place in a file of what stands in a scalar: line and letter of its value, from 0. */
export type PlaceInScalar = (line: number, character: number) => Source;

/**
 * Finds the places in a YAML file of things inside a scalar.
 *
 * Exact in literal blocks (`|`) and in what stands on one line as it is meant; where the scalar
 * is folded or holds escapes, it is the scalar's own place.
 *
 * @param lines Of the file.
 * @param source Where the scalar begins: its first letter, its quote or its indicator.
 * @param value What the scalar means.
 */
export function placesInScalar(
  lines: readonly string[],
  source: Source,
  value: string,
): PlaceInScalar {
  const meant = value.split("\n");
  const isLiteral = lines[source.line - 1]?.[source.column - 1] === "|";
  const isExact = isLiteral || !value.trimEnd().includes("\n");
  const from = isLiteral ? 0 : source.column - 1;
  return (line, character) => {
    const row = source.line + (isLiteral ? line + 1 : line);
    const text = meant[line] ?? "";
    const at = isExact ? lines[row - 1]?.indexOf(text, from) ?? -1 : -1;
    return at < 0
      ? source
      : { file: source.file, line: row, column: at + utf16Column(text, character) + 1 };
  };
}
