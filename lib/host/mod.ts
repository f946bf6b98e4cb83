/**
 * What this machine is and has.
 *
 * @module
 */
export type { Env } from "./cache_dir.ts";
export { findProgram } from "./find_program.ts";
export { inspectHost } from "./inspect_host.ts";
export { listPlugins, type PluginFile } from "./list_plugins.ts";
export { makeOwnDirectory } from "./own_directory.ts";
export { openProofCache, type ProofCache } from "./proof_cache.ts";
export { resolveImport } from "./resolve_import.ts";
export { proofKey } from "./proof_key.ts";
export { readMachine } from "./read_machine.ts";
export { makeScratchDirectory } from "./scratch_directory.ts";
