import { posix } from "node:path";
import { parseFlow, readFlow } from "../flow/mod.ts";
import type { HostFacts, Listing, Policy, TaskPlan } from "../model/mod.ts";
import { makePlan } from "../plan/mod.ts";

/** A class whose author's code may ask for everything that a policy can give. */
const EVAL = "io.kestra.plugin.graalvm.js.Eval";

/**
 * Plans one task of an author's code under a policy, to be asked what it may do.
 *
 * The class itself is let through whatever the policy says of classes: that is asked on its own. The
 * machine holds the paths that are given, and beside each directory one more name.
 *
 * @param paths Absolute.
 */
export function probePolicy(policy: Policy, paths: readonly string[], host: HostFacts): TaskPlan {
  const flow = parseFlow(readFlow(PROBE, "probe")).flow;
  const free: Policy = {
    ...policy,
    plugins: { includes: [], excludes: [] },
    rules: [],
    defaults: [],
  };
  const plan = makePlan(free, [{ flow, warnings: [] }], { ...host, listings: treeOf(paths) });
  return plan.flows[0]!.tasks[0]!;
}

const PROBE = `id: probe
namespace: probe
tasks:
  - {id: probe, type: ${EVAL}, script: "1"}
`;

/** A name that no rule mentions, whoever made the rules. */
export const UNNAMED = "…";

/** What a disk would list that holds these paths, and in each directory something else. */
export function treeOf(paths: readonly string[]): ReadonlyMap<string, Listing> {
  const names = new Map<string, Set<string>>();
  const add = (directory: string, name: string) => {
    const known = names.get(directory) ?? new Set([UNNAMED]);
    names.set(directory, known.add(name));
  };
  for (const path of paths) {
    if (path === "/") add("/", UNNAMED);
    for (let at = path; at !== "/"; at = posix.dirname(at)) {
      add(posix.dirname(at), posix.basename(at));
    }
  }
  return new Map(
    [...names].map(([path, it]) => [path, { entries: [...it].map((name) => ({ name })) }]),
  );
}
