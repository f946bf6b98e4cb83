/**
 * Plan → Events. Alone starts, kills and waits for what a flow runs.
 *
 * @module
 */
export { clearLeftOvers } from "./clear_left_overs.ts";
export { describePlugins } from "./describe_plugins.ts";
export { type ImportsRead, readImports } from "./read_imports.ts";
export type { WrittenImport } from "./written_import.ts";
export { openLauncher } from "./launcher.ts";
export { listImages } from "./self_test/list_images.ts";
export { type EngineAccess, runContainerTrials } from "./self_test/run_container_trials.ts";
export { runTrials } from "./self_test/run_trials.ts";
export { type FlowOutcome, type FlowRun, runFlow } from "./run_flow.ts";
