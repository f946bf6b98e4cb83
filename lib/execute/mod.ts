/**
 * Plan → Events. Alone starts, kills and waits for what a flow runs.
 *
 * @module
 */
export { clearLeftOvers } from "./clear_left_overs.ts";
export { resumeKey } from "./containers/resume_note.ts";
export { clientEnv } from "./client_env.ts";
export { describePlugins } from "./describe_plugins.ts";
export { type ImportsRead, readImports } from "./read_imports.ts";
export type { WrittenImport } from "../source/mod.ts";
export { taskDigest } from "./engine/task_digest.ts";
export { findSecrets } from "./find_secrets.ts";
export { inputFileUri, type StoreOwner } from "./files/file_store.ts";
export { checkInputFiles, type InputFile, pathFault } from "./files/input_files.ts";
export { secretValue } from "./secret_value.ts";
export { openLauncher } from "./launcher.ts";
export { listImages } from "./self_test/list_images.ts";
export { type EngineAccess, runContainerTrials } from "./self_test/run_container_trials.ts";
export { runTrials } from "./self_test/run_trials.ts";
export { randomId } from "./workspace.ts";
export { asksForLogs, type FlowOutcome, type FlowRun, runFlow } from "./run_flow.ts";
export type { ReadOutput, ResolveInputs, Resumer } from "./resolve.ts";
export { openRenderer } from "./open_renderer.ts";
