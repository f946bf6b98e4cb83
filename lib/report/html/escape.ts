import { printable } from "../printable.ts";

/** HTML that may stand in a page: made by `html` only. */
export class Html {
  constructor(readonly text: string) {}
}

/** What `html` takes: text, which is escaped, and HTML, which is not. */
export type Part = string | number | Html | undefined | false | readonly Part[];

const NAMES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in an element, or in an attribute between quotes. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (it) => NAMES[it]!);
}

/**
 * A template of HTML. Every value is escaped, unless it was made by `html` itself; lists are joined,
 * and `undefined` and `false` are nothing. Values stand between tags or in quoted attributes only.
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.reduce((all, it, i) => `${all}${shown(parts[i - 1])}${it}`));
}

function shown(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  return typeof part === "object" ? part.map(shown).join("") : escapeHtml(String(part));
}
