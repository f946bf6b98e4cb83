import { files, staticImports } from "./files.ts";
import { harness } from "./harness.ts";
import { links } from "./links.ts";
import { network } from "./network.ts";
import { processes } from "./processes.ts";
import { subprocesses } from "./subprocesses.ts";
import { systemCalls } from "./system_calls.ts";
import type { Technique } from "./technique.ts";
import { threads } from "./threads.ts";
import { writes } from "./writes.ts";

export type { Given, Technique } from "./technique.ts";

/** All techniques, in the order of the README's table. */
export const techniques: readonly Technique[] = [
  ...files,
  ...staticImports,
  ...links,
  ...writes,
  ...harness,
  ...network,
  ...threads,
  ...processes,
  ...subprocesses,
  ...systemCalls,
];
