import { Lexer } from "yaml";
import type { Source } from "../../model/mod.ts";

/** A comment that takes findings out: `# bulkhead-ignore CODE: reason`. */
export interface Ignore {
  readonly codes: readonly string[];
  /** Empty where none is given. */
  readonly reason: string;
  /** Where the comment stands. */
  readonly at: Source;
  /** The line whose findings it takes out; 0 where no line follows. */
  readonly line: number;
}

const MARK = "bulkhead-ignore";
const COMMENT = /^#\s*bulkhead-ignore(?:\s+([^:]*))?(?::\s*(.*))?$/;

/**
 * Finds the comments of a YAML text that take findings out.
 *
 * One that ends a line is about that line; one that has a line of its own is about the next line that
 * says something. What only looks like a comment, inside of a scalar, is none.
 *
 * @param text Also one that is no YAML: then what the lexer makes of it.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { findIgnores } from "./find_ignores.ts";
 *
 * const [found] = findIgnores("# bulkhead-ignore check/no-timeout: it is short\na: 1\n", "x.yaml");
 * equal(found?.line, 2);
 * ```
 */
export function findIgnores(text: string, file: string): readonly Ignore[] {
  if (!text.includes(MARK)) return [];
  const found: Ignore[] = [];
  const waiting: Omit<Ignore, "line">[] = [];
  let line = 1;
  let column = 1;
  /** Whether something was said on this line. */
  let said = false;
  let inScalar = false;
  for (const token of new Lexer().lex(text)) {
    // Marks of the lexer's own, which stand in no file.
    if (token === "\x02" || token === "\x18" || token === "\x1f") {
      inScalar = token === "\x1f";
      continue;
    }
    if (!inScalar && token.startsWith("#")) {
      const [, codes = "", reason = ""] = COMMENT.exec(token.trimEnd()) ?? [];
      if (COMMENT.test(token.trimEnd())) {
        const ignore = {
          codes: codes.split(/[\s,]+/).filter((it) => it !== ""),
          reason: reason.trim(),
          at: { file, line, column },
        };
        if (said) found.push({ ...ignore, line });
        else waiting.push(ignore);
      }
    } else if (token.trim() !== "" && token !== "\ufeff") {
      said = true;
      for (const it of waiting.splice(0)) found.push({ ...it, line });
    }
    inScalar = false;
    const breaks = token.split("\n").length - 1;
    if (breaks === 0) column += token.length;
    else {
      line += breaks;
      column = token.length - token.lastIndexOf("\n");
      // A block scalar ends with its line.
      said = column > 1 && said && token.trim() !== "";
    }
  }
  return [...found, ...waiting.map((it) => ({ ...it, line: 0 }))];
}
