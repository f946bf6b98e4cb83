import { namesOfClass } from "../catalog/aliases.ts";
import type { Because, Policy, Sourced } from "../model/mod.ts";

/** Whether a class may create threads and processes, and which rule says so. */
export interface SpawnVerdict {
  readonly spawn: "allowed" | "denied";
  readonly because: Because;
}

/**
 * Makes the decider of the spawn permission: each list is read once, and a class costs what its
 * name is long, however many prefixes there are.
 *
 * Kestra documents no precedence between its two lists; here forbidden wins, and a list of
 * authorized classes that is there refuses every class it does not name. A class is meant by
 * any of its names: Kestra's renamed ones still go by the old. A prefix is whole segments:
 * `io.a.gcp` is none of `io.a.gcpx.B`.
 */
export function spawnDecider(policy: Policy): (type: string) => SpawnVerdict {
  if (policy.spawn.value === "never") {
    const { source = "built-in" } = policy.spawn;
    const never = denied({ effect: "deny spawn", rule: "bulkhead.spawn: never", source });
    return () => never;
  }
  const inForbidden = finder(policy.forbiddenClassPrefixes);
  const authorized = policy.authorizedClassPrefixes.map((list) => ({ list, find: finder(list) }));
  const rule = "kestra.ee.java-security.authorized-class-prefix";
  return (type) => {
    const names = namesOfClass(type);
    const forbidden = inForbidden(names);
    if (forbidden !== undefined) {
      const rule = "kestra.ee.java-security.forbidden-class-prefix";
      return denied({ effect: "deny spawn", rule, source: forbidden.source });
    }
    const matches = authorized.map(({ list, find }) => ({ list, match: find(names) }));
    const missing = matches.find((it) => it.match === undefined);
    if (missing !== undefined) {
      return denied({
        effect: "deny spawn",
        rule: `${rule} does not name ${type}`,
        source: missing.list[0]?.source ?? "built-in",
      });
    }
    const match = matches[0]?.match;
    return {
      spawn: "allowed",
      because: match === undefined
        ? { effect: "allow spawn", rule: "no rule restricts it", source: "built-in" }
        : { effect: "allow spawn", rule, source: match.source },
    };
  };
}

/** Finds the first prefix of a list under which one of a class's names lies, by whole segments. */
function finder(
  prefixes: readonly Sourced<string>[],
): (names: readonly string[]) => Sourced<string> | undefined {
  const ranks = new Map<string, number>();
  for (const [rank, { value }] of prefixes.entries()) {
    const root = value.endsWith(".") ? value.slice(0, -1) : value;
    if (!ranks.has(root)) ranks.set(root, rank);
  }
  return (names) => {
    const found = names.flatMap(packagesOf).flatMap((it) => ranks.get(it) ?? []);
    return found.length === 0 ? undefined : prefixes[Math.min(...found)];
  };
}

/** A class and every package it lies in. */
function packagesOf(name: string): string[] {
  const all = [name];
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    all.push(name.slice(0, dot));
  }
  return all;
}

function denied(because: Because): SpawnVerdict {
  return { spawn: "denied", because };
}
