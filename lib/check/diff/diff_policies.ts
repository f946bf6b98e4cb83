import type { HostFacts, Limits, Policy } from "../../model/mod.ts";
import { diffSpawn, diffUse } from "./diff_classes.ts";
import { diffContainers } from "./diff_containers.ts";
import { type Difference, type PolicyDiff, widens } from "./difference.ts";
import { diffCeiling, diffChoice, diffGrants } from "./diff_lists.ts";
import { diffEnv, diffNetwork } from "./diff_network.ts";
import { diffPaths, pathsOf } from "./diff_paths.ts";
import { probePolicy } from "../probe_policy.ts";
import { diffDefaults, diffRules } from "./diff_rules.ts";

/**
 * Says what one policy lets tasks do and the other does not, as sets with an example each.
 *
 * By what the policies mean, not by their text: order, spelling and comments are no difference. Exact for
 * paths, class prefixes, hosts, variables, volumes, ports and ceilings. Images, patterns of classes, defaults
 * and rules of Kestra 2.0 are compared as far as can be told; what cannot counts as widened.
 *
 * @param host A machine that has everything, so that what differs is the policies' doing.
 */
export function diffPolicies(old: Policy, now: Policy, host: HostFacts): PolicyDiff {
  const named = [...pathsOf(old), ...pathsOf(now)];
  const plans = [old, now].map((it) => probePolicy(it, named, host));
  const differences: readonly Difference[] = [
    ...diffPaths(named, plans),
    ...diffSpawn(old, now),
    ...diffUse(old, now),
    ...diffNetwork(old, now, plans),
    ...diffEnv(old, now, plans),
    ...diffContainers(old, now),
    ...diffGrants(
      "script",
      "bulkhead.scripts.in-process",
      "scripts in a Deno child, language",
      old.scripts.inProcess,
      now.scripts.inProcess,
    ),
    ...diffLimits(old.limits, now.limits),
    ...diffChoice("kernel", "bulkhead.kernel", old.kernel, now.kernel, [
      "require",
      "prefer",
      "off",
    ]),
    ...diffDefaults(old, now),
    ...diffChoice(
      "default",
      "bulkhead.forced-precedence",
      { value: old.forcedPrecedence },
      { value: now.forcedPrecedence },
      ["ignore-flow-forced", "admin", "flow-first"],
    ),
    ...diffRules(old, now),
  ];
  return { differences, widened: differences.some(widens) };
}

const LIMITS = {
  timeoutMs: ["timeout", (it: number) => `${it} ms`],
  memoryBytes: ["memory", (it: number) => `${it} bytes`],
  processes: ["processes", String],
  files: ["files", String],
  outputBytes: ["output", (it: number) => `${it} bytes`],
  workspaceBytes: ["workspace", (it: number) => `${it} bytes`],
} as const satisfies Record<keyof Limits, readonly [string, (it: number) => string]>;

function diffLimits(old: Limits, now: Limits): readonly Difference[] {
  return Object.entries(LIMITS).flatMap(([key, [word, show]]) =>
    diffCeiling(
      "limit",
      `bulkhead.limits.${word}`,
      word,
      old[key as keyof Limits],
      now[key as keyof Limits],
      show,
    )
  );
}
