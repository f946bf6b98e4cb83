import { Fault, quote } from "./fault.ts";

/** A regular expression that cannot take for ever. */
export interface Pattern {
  test(text: string): boolean;
  /** @param instead Gives what stands in the place of a match, by the names and numbers of its groups. */
  replace(
    text: string,
    which: "first" | "all",
    instead: (groups: readonly (readonly [string, string | null])[]) => string,
  ): string;
  split(text: string): string[];
  /** The first match, and its groups by number. */
  find(text: string): readonly (string | null)[] | undefined;
}

/** The most steps that a search may take, as the pattern's form and the text's length bound them. */
const MAX_COST = 1e9;
const MAX_PATTERN = 1_000;

/**
 * Compiles a regular expression, where its form bounds what a search takes.
 *
 * A flow's pattern could be written to take for ever. What repeats must therefore be one letter or one
 * class, as in `\d+` and `[^,]*`: then a search takes no more than n to the power of the repetitions, and
 * is refused where that is too much. A group may be optional, and may not be repeated; there are no back
 * references.
 *
 * @param flags `i` or nothing.
 * @throws {Fault} For other patterns.
 */
export function patternOf(pattern: string, flags: "i" | "" = ""): Pattern {
  const isLoose = pattern.startsWith("(?i)");
  const source = isLoose ? pattern.slice(4) : pattern;
  const repetitions = countRepetitions(source, pattern);
  let compiled: RegExp;
  try {
    compiled = new RegExp(source, `gu${isLoose ? "i" : flags}`);
  } catch {
    throw new Fault(`${quote(pattern)} is no regular expression that is supported`);
  }
  const fit = (text: string) => {
    if ((text.length + 1) ** (repetitions + 1) > MAX_COST) {
      throw new Fault(
        `${quote(pattern)} could take for ever on a text of ${text.length} characters`,
      );
    }
    compiled.lastIndex = 0;
    return text;
  };
  return {
    test: (text) => compiled.test(fit(text)),
    replace: (text, which, instead) => {
      let isFirst = true;
      return fit(text).replace(compiled, (match, ...rest) => {
        if (which === "first" && !isFirst) return match;
        isFirst = false;
        const named = typeof rest.at(-1) === "object" ? rest.at(-1) as Record<string, string> : {};
        const end = rest.findIndex((it) => typeof it === "number");
        const numbered = [match, ...rest.slice(0, end)] as (string | undefined)[];
        return instead([
          ...numbered.map((it, i) => [String(i), it ?? null] as const),
          ...Object.entries(named).map(([name, it]) => [name, it ?? null] as const),
        ]);
      });
    },
    split: (text) => fit(text).split(compiled),
    find: (text) => compiled.exec(fit(text))?.map((it) => it ?? null),
  };
}

/** How many parts of a pattern repeat without a bound. */
function countRepetitions(source: string, shown: string): number {
  if (source.length > MAX_PATTERN) throw new Fault(`the pattern is longer than ${MAX_PATTERN}`);
  const refuse = (why: string): never => {
    throw new Fault(`the regular expression ${quote(shown)} is not supported: ${why}`);
  };
  let count = 0;
  let isInClass = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at]!;
    if (char === "\\") {
      if (/[1-9k]/.test(source[at + 1] ?? "")) refuse("it refers back to a group");
      at++;
    } else if (isInClass) isInClass = char !== "]";
    else if (char === "[") isInClass = true;
    else if (/[*+{]/.test(char)) {
      if (source[at - 1] === ")") refuse("it repeats a group");
      count++;
    } else if (char === "?" && source[at - 1] === ")" && ++count > 8) {
      refuse("it has too many optional groups");
    }
  }
  return count;
}
