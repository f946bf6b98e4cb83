/** A piece of code between `{{` and `}}`, or `{%` and `%}`. */
export interface WrittenExpression {
  /** Without its braces. */
  readonly code: string;
  /** The same, as long, with blanks for what stands in quotes. */
  readonly bare: string;
  /** Where it begins in the text, in units of UTF-16. */
  readonly offset: number;
}

/** What opens a piece, with what closes it. */
const ENDS: Readonly<Record<string, string>> = { "{{": "}}", "{%": "%}", "{#": "#}" };

/**
 * Finds the expressions of a text. Goes by the letters: what `{% raw %}` or `{% verbatim %}` holds is
 * none, nor is a comment. Linear in the text.
 */
export function expressionsIn(text: string): readonly WrittenExpression[] {
  const found: WrittenExpression[] = [];
  if (!text.includes("{")) return found;
  const open = /\{[{%#]/g;
  for (let at = 0;;) {
    open.lastIndex = at;
    const match = open.exec(text);
    if (match === null) return found;
    const opener = match[0];
    const start = match.index + 2;
    const end = endOf(text, start, ENDS[opener]!);
    if (end < 0) return found;
    const code = text.slice(start, end);
    at = end + 2;
    if (opener === "{#") continue;
    const raw = opener === "{%" ? /^-?\s*(raw|verbatim)\b/.exec(code)?.[1] : undefined;
    if (raw !== undefined) {
      const close = new RegExp(`\\{%-?\\s*end${raw}\\b`, "g");
      close.lastIndex = at;
      const match = close.exec(text);
      if (match === null) return found;
      at = match.index + match[0].length;
      continue;
    }
    found.push({ code, bare: blanked(code), offset: start });
  }
}

/** Behind so many characters nobody looks for the end of a quote: the time stays linear. */
const LONGEST = 4_000;

/** Where a piece ends: a brace in quotes ends nothing, unless the quote is never closed. */
function endOf(text: string, start: number, end: string): number {
  const first = text.indexOf(end, start);
  if (first < 0 || end === "#}") return first;
  let quote = "";
  for (let i = start; i < Math.min(text.length, start + LONGEST); i++) {
    const letter = text[i]!;
    if (quote === "" && text.startsWith(end, i)) return i;
    if (quote !== "" && letter === "\\") i++;
    else if (letter === quote) quote = "";
    else if (quote === "" && (letter === '"' || letter === "'")) quote = letter;
  }
  return first;
}

function blanked(code: string): string {
  return code.replace(
    /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/g,
    (it) => `${it[0]}${" ".repeat(it.length - 2)}${it[0]}`,
  );
}
