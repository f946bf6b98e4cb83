import { RE2JS } from "re2js";
import type { Pattern } from "../../model/rule_policy.ts";

/** A pattern that may be used, or why it may not. */
export type CheckedPattern =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly fact: string };

/** Reads a pattern: {@linkcode checkPattern}, which whoever reads policies loads when one has any. */
export type CheckPattern = typeof checkPattern;

/** The longest pattern that is read, in characters. */
const LONGEST = 1_000;
/** The most instructions a pattern may come to once its repetitions are written out. */
const LARGEST = 2_000;

/**
 * Reads a regular expression of a policy, so that no text makes it slow.
 *
 * Kestra hands patterns to Java, which backtracks: `(a+)+` takes exponential time, and the text
 * is the flow author's. Here RE2 matches them, in linear time whatever the text; what RE2 lacks
 * (look-around, back references, possessive quantifiers) is refused, and so is what Java reads
 * in another way (classes inside classes). As in Java's `matches()`, the whole text must match;
 * `.` is any character but a line feed.
 *
 * @param text The pattern, as it is written.
 * @returns The fact completes `Cannot use pattern "…": `.
 *
 * @example The whole text must match
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { checkPattern } from "./safe_pattern.ts";
 *
 * const checked = checkPattern("io\\.kestra\\.plugin\\.core\\..*");
 * deepEqual(checked.ok && checked.pattern.test("io.kestra.plugin.core.log.Log"), true);
 * deepEqual(checked.ok && checked.pattern.test("x.io.kestra.plugin.core.log.Log"), false);
 * ```
 */
export function checkPattern(text: string): CheckedPattern {
  if (text === "") return refused("it is empty");
  if (text.length > LONGEST) return refused(`it is longer than ${LONGEST} characters`);
  const foreign = foreignTo(text);
  if (foreign !== undefined) return refused(foreign);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(text);
  } catch (error) {
    return refused(factOf(error));
  }
  if (compiled.programSize() > LARGEST) return refused("its repetitions come to too much");
  return { ok: true, pattern: { source: text, test: (value) => compiled.testExact(value) } };
}

function refused(fact: string): CheckedPattern {
  return { ok: false, fact };
}

/** What Java reads as something else than RE2 does. */
function foreignTo(text: string): string | undefined {
  let within = false;
  for (let i = 0; i < text.length; i++) {
    const [at, next] = [text[i], text[i + 1]];
    if (at === "\\" && next === "Q") {
      const end = text.indexOf("\\E", i + 2);
      if (within) return "a quotation inside a class is not supported";
      if (end < 0) return undefined;
      i = end + 1;
    } else if (at === "\\") i++;
    else if (!within && at === "[") {
      within = true;
      if (text[i + 1] === "^") i++;
      if (text[i + 1] === "]") return 'a class that begins with "]" is not supported';
    } else if (within && at === "]") within = false;
    else if (within && at === "[") return "a class inside a class is not supported";
    else if (within && at === "&" && next === "&") {
      return 'classes joined with "&&" are not supported';
    } else if (!within && at === "(" && /^\(\?[a-z]*-?[a-z]*U/.test(text.slice(i, i + 12))) {
      return 'the flag "U" is not supported';
    }
  }
  return undefined;
}

/** RE2's own words: `error parsing regexp: missing closing ): …`. */
function factOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const fact = text.replace(/^error parsing regexp: /, "").split("\n")[0]!;
  return `it cannot be matched in linear time, or not read at all (${fact})`;
}
