import type { Because } from "../../model/mod.ts";
import { placeOf, type Texts } from "../render_diagnostics.ts";
import { type Html, html } from "./escape.ts";

/** Longer lines are cut. */
const MAX_LINE = 160;

/** Finds a line of a file that was read. */
export type LineOf = (file: string, line: number) => string | undefined;

/** @returns What takes each file apart once. */
export function lineFinder(texts: Texts): LineOf {
  const files = new Map<string, readonly string[]>();
  return (file, line) => {
    let lines = files.get(file);
    if (lines === undefined) files.set(file, lines = texts.get(file)?.split("\n") ?? []);
    return lines[line - 1];
  };
}

/** Where a rule stands, `file:line:column`, and its line. */
export function placeHtml({ source }: Pick<Because, "source">, lineOf: LineOf): Html {
  if (source === "built-in") return html`<span class="where">built-in</span>`;
  const line = lineOf(source.file, source.line)?.trim() ?? "";
  const frame = line !== "" &&
    html`<code class="frame text">${source.line} | ${line.slice(0, MAX_LINE)}</code>`;
  return html`<span class="where mono">${placeOf(source)}</span>${frame}`;
}
