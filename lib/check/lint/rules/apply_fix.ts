import type { Fix, TextEdit } from "../../../model/mod.ts";

/** The text with the edits of a fix in it. For tests, which have one file. */
export function applyFix(text: string, { edits }: Fix): string {
  const lines = text.split("\n");
  const offset = ({ line, column }: TextEdit["end"]) =>
    lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0) + column - 1;
  return edits.toSorted((a, b) => offset(b.at) - offset(a.at)).reduce(
    (all, it) => all.slice(0, offset(it.at)) + it.text + all.slice(offset(it.end)),
    text,
  );
}
