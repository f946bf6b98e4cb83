import { LINT_RULES } from "../lint_rules.ts";
import { IGNORE_PAGES } from "./ignore_pages.ts";
import type { RulePage } from "../../../model/mod.ts";
import { TEST_PAGES } from "./test_pages.ts";
import { PARSER_CODES } from "./parser_codes.ts";

/** A page for each code that has one: of rules, of comments that take findings out, and of tests. */
export const PAGES: readonly RulePage[] = [...LINT_RULES, ...IGNORE_PAGES, ...TEST_PAGES];

/** All codes that comments may name. */
export function codesOfCheck(): readonly string[] {
  return [...PAGES.map((it) => it.code), ...PARSER_CODES];
}
