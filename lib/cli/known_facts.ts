import { isDeepStrictEqual } from "node:util";
import type { HostFacts, Policy } from "../model/mod.ts";

/** What was found of this machine, and the policy that it was looked at for. */
export interface KnownFacts {
  readonly policy: Policy;
  readonly host: HostFacts;
}

/**
 * Whether two policies have the same looked at: their paths are listed and searched for links, and what
 * they make of tasks decides on engine and programs.
 */
export function hasSameFacts(a: Policy, b: Policy): boolean {
  return isDeepStrictEqual(lookedAt(a), lookedAt(b));
}

/** Whether an engine that was asked is the one that this policy asks for. */
export function isSameEngine({ policy, host }: KnownFacts, { containers }: Policy): boolean {
  return policy.containers.engine?.value === containers.engine?.value && host.engine.found;
}

function lookedAt(policy: Policy) {
  const { forbiddenPaths, writable, allowedPaths, containers, filesystem, kernel } = policy;
  const values = (list: readonly { readonly value: string }[]) => list.map((it) => it.value);
  return [
    values(forbiddenPaths),
    values(writable),
    values(allowedPaths),
    values(containers.volumes),
    containers.engine?.value,
    filesystem.value,
    kernel.value,
    policy.files.map((it) => it.file),
    values(policy.scripts.inProcess),
    policy.rules.length,
    policy.defaults.length,
  ];
}
