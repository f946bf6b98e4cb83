import { LINT_RULES } from "../lint_rules.ts";
import { IGNORE_PAGES } from "./ignore_pages.ts";
import type { Page } from "./page.ts";
import { PARSER_CODES } from "./parser_codes.ts";

/** A page for each code that has one: of rules, and of comments that take findings out. */
export const PAGES: readonly Page[] = [...LINT_RULES, ...IGNORE_PAGES];

/** All codes that comments may name. */
export function codesOfCheck(): readonly string[] {
  return [...PAGES.map((it) => it.code), ...PARSER_CODES];
}
