import type { Diagnostic, HostFacts, Policy } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { type ClosedPath, closesMounts } from "./closed_paths.ts";

/**
 * Warns of volumes of a policy that no container gets as they stand: in themselves, or by what they
 * lead to on this machine, they hold a closed path or lie in one.
 *
 * A mount cannot leave anything out, so a closed path closes all that holds it.
 *
 * @param closed Everything that is, the built-in paths among it.
 */
export function closedVolumes(
  { containers }: Pick<Policy, "containers">,
  closed: readonly ClosedPath[],
  { realPaths }: Pick<HostFacts, "realPaths">,
): readonly Diagnostic[] {
  const shut = closed.filter(closesMounts);
  return containers.volumes.flatMap(({ value, source }): Diagnostic[] => {
    const real = realPaths.get(value) ?? value;
    const leads = real === value ? "" : `leads to "${real}", which `;
    const around = shut.find((it) => isWithin(it.path, real));
    const hit = around ?? shut.find((it) => isWithin(real, it.path));
    if (hit === undefined) return [];
    return [{
      code: "plan/closed-volume",
      severity: "warning",
      message: `Cannot let containers mount "${value}": it ${leads}${
        around === undefined ? "holds" : "lies in"
      } the closed path "${hit.path}" (${hit.rule})`,
      at: source,
      ...(hit.source !== "built-in" && {
        related: [{ message: "closed here", at: hit.source }],
      }),
      help: around === undefined
        ? "A directory in it that holds nothing closed can be mounted"
        : "Give a directory that holds nothing closed",
    }];
  });
}
