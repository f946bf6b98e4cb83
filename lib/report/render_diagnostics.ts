import type { Diagnostic, Source } from "../model/mod.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** The texts of files that diagnostics may point into, by the name they were given under. */
export type Texts = ReadonlyMap<string, string>;

/** Nobody reads more; each looks for its line in the whole text. */
const MOST = 100;
/** Longer lines are cut in a code frame. */
const MAX_FRAME = 120;

/**
 * Renders diagnostics for a person, one block each, in the order given.
 *
 * @returns Text ending in a newline, or the empty string for no diagnostics.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  texts: Texts,
  style: Style,
): string {
  const shown = diagnostics.slice(0, MOST).map((it) => renderDiagnostic(it, texts, style));
  const more = diagnostics.length - shown.length;
  return shown.join("") + (more > 0 ? `and ${more} more\n` : "");
}

function renderDiagnostic(
  { severity, code, message, at, related = [], help }: Diagnostic,
  texts: Texts,
  style: Style,
): string {
  const tint = severity === "error" ? style.red : style.yellow;
  return [
    `${style.bold(tint(`${severity}[${code}]`))}: ${printable(message)}\n`,
    at ? renderPlace(at, texts, style) : "",
    ...related.map((it) => `  ${printable(it.message)}\n${renderPlace(it.at, texts, style)}`),
    help === undefined ? "" : `  ${style.bold("help")}: ${printable(help)}\n`,
  ].join("");
}

/** `at file:line:column`, and the line itself with a mark below the place. */
export function renderPlace(at: Source, texts: Texts, style: Style): string {
  const place = `  at ${printable(placeOf(at))}\n`;
  const line = texts.get(at.file)?.split("\n")[at.line - 1]?.replace(/\r$/, "");
  if (line === undefined || line.trim() === "") return place;
  const gutter = String(at.line);
  const blank = " ".repeat(gutter.length);
  const start = Math.max(0, at.column - MAX_FRAME / 2);
  const shown = printable(line.slice(start, start + MAX_FRAME)).replace(/\t/g, " ");
  const before = printable(line.slice(start, at.column - 1)).length;
  return `${place}${style.dim(`   ${gutter} |`)} ${shown}\n` +
    `${style.dim(`   ${blank} |`)} ${" ".repeat(before)}${style.red("^")}\n`;
}

/** `file:line:column`. */
export function placeOf({ file, line, column }: Source): string {
  return `${file}:${line}:${column}`;
}
