const LETTERS: ReadonlyMap<string, string> = new Map([["n", "\n"], ["t", "\t"], ["r", "\r"]]);

/**
 * Reads a Java regular expression that stands for one fixed text: no special characters but
 * escaped ones.
 *
 * @returns `undefined` for any other.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { plainPattern } from "./plain_pattern.ts";
 *
 * equal(plainPattern("\\."), ".");
 * equal(plainPattern("\\n"), "\n");
 * equal(plainPattern("a|b"), undefined);
 * ```
 */
export function plainPattern(pattern: string): string | undefined {
  let text = "";
  for (let at = 0; at < pattern.length; at++) {
    let char = pattern[at]!;
    if (char === "\\") {
      const escaped = pattern[++at] ?? "";
      char = LETTERS.get(escaped) ?? escaped;
      if (!LETTERS.has(escaped) && !/^[^\p{L}\p{Nd}]$/u.test(escaped)) return undefined;
    } else if (".$|()[]{}^?*+".includes(char)) {
      return undefined;
    }
    text += char;
  }
  return text;
}
