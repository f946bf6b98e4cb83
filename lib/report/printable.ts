/**
 * Makes text safe to print: what a task, a flow or a policy says must not drive the terminal.
 *
 * Keeps newlines and tabs; shows every other control, format or separator character, and what
 * is no character at all, as `\u{…}`.
 */
export function printable(text: string): string {
  return text.replace(
    /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (it) => `\\u{${it.codePointAt(0)!.toString(16)}}`,
  );
}

/** The same for one line: what it is about is one of many, and forges none. */
export function printableLine(text: string): string {
  return printable(text).replace(/\n/g, "\\n").replace(/\t/g, "\\t");
}
