import type { FlowRun } from "../execute/mod.ts";
import { makeOwnDirectory } from "../host/mod.ts";
import { type HostFacts, StageError } from "../model/mod.ts";
import { harnessChild } from "../plan/mod.ts";
import type { Io } from "./command.ts";
import { proveLayers } from "./prove_layers.ts";

/** What every run on this machine needs, whatever its flow. */
export type RunNeeds = Pick<
  FlowRun,
  "env" | "workspaceRoot" | "namespaceFiles" | "renderChild" | "kernel" | "now"
>;

/**
 * Makes this machine ready to run something: its layers are proved, and there is a place for workspaces.
 *
 * @throws {StageError} `host`, when it cannot be relied on.
 */
export async function makeReady(io: Io, host: HostFacts): Promise<RunNeeds> {
  const { runtime, childCode } = host;
  if (!runtime.found) throw new StageError([runtime.problem], "host");
  if (!childCode.found) throw new StageError([childCode.problem], "host");
  await proveLayers(io, host);
  await makeOwnDirectory(host.workspaceRoot, "workspace");
  return {
    env: (name) => io.env[name],
    workspaceRoot: host.workspaceRoot,
    ...(host.namespaceFiles !== undefined && { namespaceFiles: host.namespaceFiles }),
    renderChild: harnessChild(runtime.value, childCode.value, host, {
      program: "builtIn",
      read: [],
    }),
    kernel: host.kernel,
    now: () => new Date(),
  };
}
