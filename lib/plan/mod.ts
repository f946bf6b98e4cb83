/**
 * Policy × Flow × HostFacts → Plan.
 *
 * @module
 */
export { makePlan, type RuledFlow } from "./make_plan.ts";
export { harnessChild } from "./harness_child.ts";
