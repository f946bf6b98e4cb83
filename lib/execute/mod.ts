/**
 * Plan → Events. Alone starts, kills and waits for what a flow runs.
 *
 * @module
 */
export { describePlugins } from "./describe_plugins.ts";
export { readImports } from "./read_imports.ts";
export { openLauncher } from "./launcher.ts";
export { runSelfTest } from "./self_test/run_self_test.ts";
export { type FlowOutcome, type FlowRun, runFlow } from "./run_flow.ts";
