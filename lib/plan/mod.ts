/**
 * Policy × Flow × HostFacts → Plan.
 *
 * @module
 */
export { makePlan, type RuledFlow } from "./make_plan.ts";
export { childArgv } from "./child_argv.ts";
