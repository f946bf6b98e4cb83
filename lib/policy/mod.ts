/**
 * Policy files into one policy, and its defaults into flows.
 *
 * @module
 */
export { applyDefaults } from "./apply_defaults.ts";
export { flowForced } from "./flow_forced.ts";
export { applyRules, type Violation } from "./rules/mod.ts";
export { loadPolicy, type PolicyText } from "./load_policy.ts";
