import { LINT_RULES } from "../check/lint/lint_rules.ts";
import { PAGES } from "../check/lint/pages/pages.ts";
import { ruleList, rulePage, type Style } from "../report/mod.ts";
import { nearest } from "../source/nearest.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The page of a code of `check`; without one the list of them.
 *
 * @throws {UsageError} For a code that has no page.
 */
export function explainCode(code: string | undefined, style: Style): string {
  if (code === undefined) return ruleList(LINT_RULES, style);
  const codes = PAGES.map((it) => it.code);
  // The half behind the slash is what people remember.
  const page = PAGES.find((it) => it.code === code || it.code === `check/${code}`);
  if (page !== undefined) return rulePage(page, style);
  const near = nearest(code, codes) ?? nearest(`check/${code}`, codes);
  throw new UsageError(
    `Cannot explain "${code}": no rule has that code`,
    near === undefined ? "bulkhead check --rules lists them" : `Did you mean "${near}"?`,
  );
}
