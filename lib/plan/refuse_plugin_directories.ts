import type { Diagnostic, HostFacts, Policy } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { type ClosedPath, closedPaths } from "./closed_paths.ts";
import { closedToPlugins } from "./closed_to_plugins.ts";

/** Why a directory may not be one of plugins. */
export interface ClosedDirectory {
  readonly by: ClosedPath;
  /** `it lies in "/etc", which is closed (…)`. */
  readonly fact: string;
  readonly help: string;
}

/**
 * Tells whether something closed lies in a directory of plugins, or around it.
 *
 * A child that asks a plugin for its class, or runs it, may read the whole of this directory.
 *
 * @param directory Real path.
 */
export function closedDirectory(
  directory: string,
  closed: readonly ClosedPath[],
): ClosedDirectory | undefined {
  const by = closed.find((it) => isWithin(it.path, directory) || isWithin(directory, it.path));
  return by && {
    by,
    fact: `${isWithin(by.path, directory) ? "it lies in" : "it holds"} "${by.path}", ` +
      `which is closed (${by.rule})`,
    help: "Keep plugins outside of forbidden paths",
  };
}

/** Refuses directories of plugins before anything in them is loaded. */
export function refusePluginDirectories(
  directories: readonly string[],
  policy: Policy,
  host: HostFacts,
): readonly Diagnostic[] {
  const closed = closedToPlugins(closedPaths(policy, host), host);
  return directories.flatMap((directory) => {
    const found = closedDirectory(directory, closed);
    return found === undefined ? [] : [{
      code: "plan/plugin-forbidden",
      severity: "error",
      message: `Cannot use plugins of "${directory}": ${found.fact}`,
      ...(found.by.source !== "built-in" && { at: found.by.source }),
      help: found.help,
    }];
  });
}
