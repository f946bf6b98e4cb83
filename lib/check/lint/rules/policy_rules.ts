import type { LintRule } from "../lint_rule.ts";

/** What is looked for in policies. */
export const POLICY_RULES: readonly LintRule[] = [];
