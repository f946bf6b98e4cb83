import { Fault, quote } from "./fault.ts";

const LETTERS: ReadonlyMap<string, string> = new Map([["n", "\n"], ["t", "\t"], ["r", "\r"]]);

/**
 * Reads a Java regular expression that stands for one fixed text: no special characters but
 * escaped ones. `split` and `replace(…, regexp=true)` take patterns in Kestra; running those of
 * a flow could take for ever, so only plain ones are taken here.
 *
 * @example
 * ```ts
 * import { equal, throws } from "node:assert/strict";
 * import { plainPattern } from "./plain_pattern.ts";
 *
 * equal(plainPattern("\\."), ".");
 * equal(plainPattern("\\n"), "\n");
 * throws(() => plainPattern("a|b"), /not plain text/);
 * ```
 */
export function plainPattern(pattern: string): string {
  let text = "";
  for (let at = 0; at < pattern.length; at++) {
    let char = pattern[at]!;
    if (char === "\\") {
      const escaped = pattern[++at] ?? "";
      char = LETTERS.get(escaped) ?? escaped;
      if (!LETTERS.has(escaped) && !/^[^\p{L}\p{Nd}]$/u.test(escaped)) throw refused(pattern);
    } else if (".$|()[]{}^?*+".includes(char)) {
      throw refused(pattern);
    }
    text += char;
  }
  return text;
}

function refused(pattern: string): Fault {
  return new Fault(
    `the regular expression ${quote(pattern)} is not plain text, which is all we support`,
    'Escape special characters: "\\."',
  );
}
