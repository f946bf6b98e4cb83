import type { LintRule } from "../lint_rule.ts";
import { UNKNOWN_INPUT, UNKNOWN_OUTPUT, UNKNOWN_VARIABLE } from "./unknown_reference.ts";

/** What is looked for in flows, and in flows under policies. */
export const FLOW_RULES: readonly LintRule[] = [
  UNKNOWN_OUTPUT,
  UNKNOWN_INPUT,
  UNKNOWN_VARIABLE,
];
