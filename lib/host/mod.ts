/**
 * What this machine is and has.
 *
 * @module
 */
export { cacheRoot, type Env } from "./cache_dir.ts";
export { findProgram } from "./find_program.ts";
export { inspectHost } from "./inspect_host.ts";
export { listPlugins, type PluginFile } from "./list_plugins.ts";
export { cannotWrite, makeOwnDirectory, requireOwn } from "./own_directory.ts";
export { openProofCache, type ProofCache } from "./proof_cache.ts";
export { resolveImport } from "./resolve_import.ts";
export { proofKey } from "./proof_key.ts";
export { readMachine } from "./read_machine.ts";
export { makeScratchDirectory } from "./scratch_directory.ts";
export { stateRoot } from "./state_dir.ts";
export { trustedPaths } from "./trusted_paths.ts";
