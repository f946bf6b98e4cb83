/**
 * Policy × Flow × HostFacts → Plan.
 *
 * @module
 */
export { diagnosticsOf } from "./diagnostics_of.ts";
export { type FlowToPlan, makePlan } from "./make_plan.ts";
export { moduleReader } from "./module_reader.ts";
export { refusePluginImports } from "./refuse_imports.ts";
export { refusePluginDirectories } from "./refuse_plugin_directories.ts";
export { programsOnHost, scriptPlace } from "./script_place.ts";
export { harnessChild } from "./harness_child.ts";
export { containerTestPlan, type ContainerTestQuestion } from "./container_test_plan.ts";
export { selfTestPlan, type SelfTestQuestion } from "./self_test_plan.ts";
export { volumeSources } from "./script/volumes_of.ts";
