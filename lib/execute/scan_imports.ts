import type { WrittenImport } from "./written_import.ts";

/** `import("…")`, `import … from "…"`, `export … from "…"`, `import "…"` and `require("…")`. */
const IMPORT =
  /\b(?:(?:import|require)\s*\(\s*|from\s*|import\s*)(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\$]|\\.)*)`)/g;

/**
 * Finds imports in a text that is no program yet, for one because expressions (`{{ … }}`) stand
 * in it.
 *
 * Goes by the letters alone: finds them in comments and strings as well, and does not see names
 * that are computed, nor words that comments divide. What it does not see is checked by Deno
 * when it happens.
 */
export function scanImports(text: string): readonly WrittenImport[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const [whole, double, single, template] = match;
    const written = double ?? single ?? template ?? "";
    const at = match.index + whole.length - written.length - 2;
    const before = text.slice(0, at).split("\n");
    return {
      specifier: unescaped(written),
      line: before.length - 1,
      character: before.at(-1)!.length,
    };
  });
}

/** The letters that a string of JavaScript means. */
function unescaped(written: string): string {
  return written.replace(
    /\\(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]{1,6})\}|([^]))/gi,
    (_, hex, unicode, point, other) => {
      const code = Number.parseInt(hex ?? unicode ?? point ?? "", 16);
      return Number.isNaN(code) || code > 0x10ffff ? other ?? "" : String.fromCodePoint(code);
    },
  );
}
