import { namesOfClass } from "../catalog/aliases.ts";
import { matchesClassPrefix } from "../catalog/matches_class_prefix.ts";
import type { Because, Policy } from "../model/mod.ts";

/** Whether a class may create threads and processes, and which rule says so. */
export interface SpawnVerdict {
  readonly spawn: "allowed" | "denied";
  readonly because: Because;
}

/**
 * Decides the spawn permission of a class.
 *
 * Kestra documents no precedence between its two lists; here forbidden wins, and a list of
 * authorized classes that is there refuses every class it does not name. A class is meant by
 * any of its names: Kestra's renamed ones still go by the old.
 */
export function decideSpawn(policy: Policy, type: string): SpawnVerdict {
  if (policy.spawn.value === "never") {
    const { source = "built-in" } = policy.spawn;
    return denied({ effect: "deny spawn", rule: "bulkhead.spawn: never", source });
  }
  const names = namesOfClass(type);
  const isMeant = (prefix: string) => names.some((it) => matchesClassPrefix(prefix, it));
  const forbidden = policy.forbiddenClassPrefixes.find((it) => isMeant(it.value));
  if (forbidden !== undefined) {
    const rule = "kestra.ee.java-security.forbidden-class-prefix";
    return denied({ effect: "deny spawn", rule, source: forbidden.source });
  }
  const rule = "kestra.ee.java-security.authorized-class-prefix";
  for (const list of policy.authorizedClassPrefixes) {
    const match = list.find((it) => isMeant(it.value));
    const [first] = list;
    if (match === undefined) {
      return denied({
        effect: "deny spawn",
        rule: `${rule} does not name ${type}`,
        source: first?.source ?? "built-in",
      });
    }
  }
  const match = policy.authorizedClassPrefixes.flat().find((it) => isMeant(it.value));
  return {
    spawn: "allowed",
    because: match === undefined
      ? { effect: "allow spawn", rule: "no rule restricts it", source: "built-in" }
      : { effect: "allow spawn", rule, source: match.source },
  };
}

function denied(because: Because): SpawnVerdict {
  return { spawn: "denied", because };
}
