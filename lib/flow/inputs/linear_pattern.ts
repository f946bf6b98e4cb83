/** A regular expression of Java's, taken apart so that each part can be matched in linear time. */
export interface LinearPattern {
  /** What has to match at the beginning of the text, or must not. */
  readonly ahead: readonly { readonly pattern: string; readonly wanted: boolean }[];
  /** What has to match all of it. */
  readonly whole: string;
}

/** The pattern taken apart, or the fact that forbids it. */
export type LinearReading =
  | { readonly ok: true; readonly pattern: LinearPattern }
  | { readonly ok: false; readonly fact: string };

/**
 * Takes apart a validator so that RE2 can match it: the pattern is the flow author's, the text is
 * somebody else's, and Java's way of matching could take for ever.
 *
 * Look-aheads in front (`(?=.*\d)(?=.*[A-Z]).{8,}`) become patterns of their own. What only Java's
 * way of matching can do is refused, and so is what RE2 reads differently.
 *
 * @param text A pattern that compiles.
 *
 * @example
 * ```ts
 * import { deepEqual, equal } from "node:assert/strict";
 * import { readLinearPattern } from "./linear_pattern.ts";
 *
 * deepEqual(readLinearPattern("(?=.*[A-Z]).{8,}"), {
 *   ok: true,
 *   pattern: { ahead: [{ pattern: ".*[A-Z]", wanted: true }], whole: ".{8,}" },
 * });
 * equal(readLinearPattern("(a)\\1").ok, false);
 * ```
 */
export function readLinearPattern(text: string): LinearReading {
  const flags = /^\(\?[imsU-]+\)/.exec(text)?.[0] ?? "";
  let rest = text.slice(flags.length);
  const ahead: { pattern: string; wanted: boolean }[] = [];
  for (let begin; (begin = /^\^?\(\?([=!])/.exec(rest)) !== null;) {
    const end = endOfGroup(rest, begin[0].length);
    if (end === undefined) break;
    ahead.push({ pattern: flags + rest.slice(begin[0].length, end), wanted: begin[1] === "=" });
    rest = rest.slice(end + 1);
  }
  const tokens = [...ahead.map((it) => it.pattern), rest].map((it) => tokensOf(it));
  const fact = tokens.map(factAgainst).find((it) => it !== undefined);
  if (fact !== undefined) return { ok: false, fact };
  if (ahead.length > 0) {
    // A look-ahead belongs to the first of alternatives only, and what repeats it is none of RE2's.
    if (hasAlternatives(tokens.at(-1)!) || /^[*+?{]/.test(rest)) {
      return { ok: false, fact: "it has a look-ahead in one of several alternatives" };
    }
  }
  return { ok: true, pattern: { ahead, whole: flags + rest } };
}

/** One escape, one class of characters, one beginning of a group, or one other character. */
function tokensOf(pattern: string): readonly string[] {
  return pattern.match(
    /\\Q[^]*?(?:\\E|$)|\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]?|\(\?(?:<?[=!]|[>:]|<[A-Za-z]\w*>|[A-Za-z-]*[:)])?|[^]/g,
  ) ?? [];
}

/** Where the group ends whose inside begins at `from`. */
function endOfGroup(pattern: string, from: number): number | undefined {
  let [at, depth] = [from, 1];
  for (const token of tokensOf(pattern.slice(from))) {
    if (token.startsWith("(") && !token.endsWith(")")) depth++;
    if (token === ")" && --depth === 0) return at;
    at += token.length;
  }
  return undefined;
}

function hasAlternatives(tokens: readonly string[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (token.startsWith("(") && !token.endsWith(")")) depth++;
    else if (token === ")") depth--;
    else if (token === "|" && depth === 0) return true;
  }
  return false;
}

function factAgainst(tokens: readonly string[]): string | undefined {
  for (const [i, token] of tokens.entries()) {
    const last = tokens[i - 1] ?? "";
    if (/^\(\?<?[=!]/.test(token)) return "it has a look-around that is not in front";
    if (token === "(?>") return "it has an atomic group";
    if (/^\\[1-9k]/.test(token)) return "it refers back to a group";
    if (/^\\[GZRXhHvVNe0ucx]/.test(token)) return `"${token}" means something else here`;
    if (token === "+" && (/^[*+?]$/.test(last) || (last === "}" && isRepetition(tokens, i - 1)))) {
      return "it has a possessive quantifier";
    }
    if (/^\[/.test(token) && /&&|\[/.test(token.slice(1).replace(/\\[^]/g, ""))) {
      return "it has a class of characters within another";
    }
  }
  return undefined;
}

/** Whether the brace at `end` closes a repetition: `{2,3}`. */
function isRepetition(tokens: readonly string[], end: number): boolean {
  return /\{\d+(?:,\d*)?\}$/.test(tokens.slice(0, end + 1).join("").slice(-24));
}
