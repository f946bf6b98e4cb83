/** What `java.util.regex` reads and JavaScript does not, each with what compiles alike. */
const TRANSLATIONS: readonly (readonly [RegExp, string])[] = [
  [/\\Q[^]*?(?:\\E|$)/g, "x"], // a quotation
  [/\(\?[a-zA-Z-]+\)/g, ""], // flags for the rest
  [/\(\?[a-zA-Z]{0,9}-?[a-zA-Z]{0,9}:/g, "(?:"], // flags for a group
  [/\(\?>/g, "(?:"], // an atomic group
  [/((?:^|[^\\])(?:\\\\)*(?:[*+?]|\{\d*,?\d*\}))\+/g, "$1"], // a possessive quantifier
];

/**
 * Says why a text is no pattern for `java.util.regex`, as far as that can be told here.
 *
 * The pattern is compiled and never tried: whoever writes it could make it take for ever.
 *
 * @returns The fact, or `undefined` for a pattern.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { patternFault } from "./java_pattern.ts";
 *
 * equal(patternFault("(?i)[a-z]++"), undefined);
 * equal(patternFault("\\"), "\\ at end of pattern");
 * ```
 */
export function patternFault(text: string): string | undefined {
  try {
    new RegExp(TRANSLATIONS.reduce((it, [from, to]) => it.replace(from, to), text));
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const fact = said.replace(/^Invalid regular expression: (?:\/[^]*\/\w*: )?/, "");
    return fact.charAt(0).toLowerCase() + fact.slice(1);
  }
}
