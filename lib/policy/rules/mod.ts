/**
 * The policies of Kestra 2.0 (`kestra.policies`): text into rules, and rules onto flows.
 *
 * Sources: Kestra's pages on policies (`07.enterprise/02.governance/policies`) and on the end of
 * plugin defaults (`11.migration-guide/v2.0.0/plugin-defaults-removed`), both of 2.0.
 *
 * @module
 */
export { applyRules, type RuledFlow } from "./apply_rules.ts";
export { checkPolicyChain } from "./check_policy_chain.ts";
export { type Canonical } from "./compile_rules.ts";
export { type RuleChange } from "./mutate_flow.ts";
export { parsePolicies } from "./parse_policies.ts";
export type { CheckPattern } from "./safe_pattern.ts";
export { type Violation } from "./say_findings.ts";
