import type { LintRule } from "./lint_rule.ts";
import { FLOW_RULES } from "./rules/flow_rules.ts";
import { POLICY_RULES } from "./rules/policy_rules.ts";

/** Every rule of `check`, those of policies first. */
export const LINT_RULES: readonly LintRule[] = [...POLICY_RULES, ...FLOW_RULES];
