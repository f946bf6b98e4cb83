import { RE2JS } from "re2js";
import { readLinearPattern } from "./linear_pattern.ts";

/** Whether a text matches, or why that cannot be told. */
export type Match =
  | { readonly ok: true; readonly matches: boolean }
  | { readonly ok: false; readonly fact: string };

/** The largest program that a pattern may come to. */
const LARGEST = 10_000;

/**
 * Tells whether all of a text matches a regular expression of Java's, in linear time.
 *
 * To be imported where it is called: RE2 is not for every start.
 */
export function matchesPattern(pattern: string, text: string): Match {
  const read = readLinearPattern(pattern);
  if (!read.ok) return read;
  const compile = (source: string) => {
    const compiled = RE2JS.compile(source);
    if (compiled.programSize() > LARGEST) throw new Error("its repetitions come to too much");
    return compiled;
  };
  try {
    const { ahead, whole } = read.pattern;
    const aheadFits = ahead.every((it) =>
      compile(it.pattern).matcher(text).lookingAt() === it.wanted
    );
    return { ok: true, matches: aheadFits && compile(whole).matcher(text).matches() };
  } catch (error) {
    return { ok: false, fact: (error as Error).message };
  }
}
