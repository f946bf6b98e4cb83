/**
 * What this machine is and has.
 *
 * @module
 */
export type { Env } from "./cache_dir.ts";
export { inspectHost } from "./inspect_host.ts";
export { listPlugins, type PluginFile } from "./list_plugins.ts";
export { makeOwnDirectory } from "./own_directory.ts";
