import type { HostFacts, Policy, Program } from "../model/mod.ts";
import { type ClosedPath, openPaths } from "./closed_paths.ts";

/** What lies open below the policy's `allowed-paths`. */
export function openLocalFiles(
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): readonly string[] {
  return policy.allowedPaths.flatMap(({ value }) =>
    openPaths(host.realPaths.get(value) ?? value, closed, host)
  );
}

/**
 * Says in a script's program which files of the host its input files may name with `file://`: those
 * below the policy's `allowed-paths` with nothing closed in them, whether or not the file system is
 * open. The harness itself reads them, so it holds to real paths.
 */
export function withLocalFiles(
  program: Program,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): Program {
  if (!("work" in program) || Object.keys(program.work.inputFiles).length === 0) return program;
  const localFiles = openLocalFiles(policy, closed, host);
  if (localFiles.length === 0) return program;
  return { ...program, work: { ...program.work, localFiles } } as typeof program;
}
