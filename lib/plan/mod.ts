/**
 * Policy × Flow × HostFacts → Plan.
 *
 * @module
 */
export { type FlowToPlan, makePlan } from "./make_plan.ts";
export { moduleReader } from "./module_reader.ts";
export { refusePluginImports } from "./refuse_imports.ts";
export { harnessChild } from "./harness_child.ts";
export { planSelfTest, type SelfTestQuestion } from "./plan_self_test.ts";
