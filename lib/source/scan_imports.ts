import type { WrittenImport } from "./written_import.ts";

/** A dynamic import of a text, `import … from "…"`, `export … from "…"`, `import "…"` and `require("…")`. */
const IMPORT =
  /\b(?:(?:import|require)\s*\(\s*|from\s*|import\s*)(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\$]|\\.)*)`)/g;

/**
 * Finds imports in a text that is no program yet, for one because expressions (`{{ … }}`) stand
 * in it.
 *
 * Goes by the letters alone: finds them in comments and strings as well, and does not see names
 * that are computed, nor words that comments divide. What it does not see is checked by Deno
 * when it happens. Linear in the text.
 */
export function scanImports(text: string): readonly WrittenImport[] {
  const found: WrittenImport[] = [];
  let [line, character, counted] = [0, 0, 0];
  for (const match of text.matchAll(IMPORT)) {
    const [whole, double, single, template] = match;
    const written = double ?? single ?? template ?? "";
    const at = match.index + whole.length - written.length - 2;
    const between = text.slice(counted, at);
    const lastEnd = between.lastIndexOf("\n");
    if (lastEnd >= 0) {
      line += between.split("\n").length - 1;
      character = 0;
    }
    character += lengthInLetters(between.slice(lastEnd + 1));
    counted = at;
    found.push({ specifier: unescaped(written), isDynamic: true, line, character });
  }
  return found;
}

function lengthInLetters(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
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
