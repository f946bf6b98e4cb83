import type { HostFacts } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import type { ClosedPath } from "./closed_paths.ts";

/**
 * What is closed to the code of plugins: all that is closed to tasks, but not what holds a
 * directory of plugins that the harness itself has laid there, and for no other reason is closed
 * than that it is the harness's own.
 *
 * What else lies there stays closed: permissions open the directory alone.
 */
export function closedToPlugins(
  closed: readonly ClosedPath[],
  { pluginsLaid = [] }: Pick<HostFacts, "pluginsLaid">,
): readonly ClosedPath[] {
  return closed.filter(({ source, path }) =>
    source !== "built-in" || !pluginsLaid.some((it) => isWithin(path, it))
  );
}
