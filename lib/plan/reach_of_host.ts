import type { Policy } from "../model/mod.ts";
import type { Reach } from "./script/work_of.ts";

/** Whether a script that has no container reaches the network. */
export function reachOfHost({ network: { allow } }: Pick<Policy, "network">): Reach {
  return allow === undefined || allow.length > 0 ? { online: true } : {
    online: false,
    rule: "bulkhead.network.allow is empty",
    // An empty list has no entry to point at.
    source: "built-in",
    help: "Let the policy allow the hosts that they come from",
  };
}
