import type { Policy, Source, Sourced } from "../../model/mod.ts";

/** A list of a policy, by the key that it stands below. */
export interface PolicyList {
  readonly path: readonly string[];
  readonly items: readonly Sourced<string>[];
}

/** Keys of policies, as they are written out in texts. */
export const KEY = {
  forbiddenPaths: ["kestra", "ee", "java-security", "forbidden-paths"],
  authorized: ["kestra", "ee", "java-security", "authorized-class-prefix"],
  forbiddenClasses: ["kestra", "ee", "java-security", "forbidden-class-prefix"],
  enabled: ["kestra", "ee", "java-security", "enabled"],
  allowedPaths: ["kestra", "local-files", "allowed-paths"],
  includes: ["kestra", "plugins", "security", "includes"],
  excludes: ["kestra", "plugins", "security", "excludes"],
  writable: ["bulkhead", "writable"],
  filesystem: ["bulkhead", "filesystem"],
  kernel: ["bulkhead", "kernel"],
  spawn: ["bulkhead", "spawn"],
  networkAllow: ["bulkhead", "network", "allow"],
  networkDeny: ["bulkhead", "network", "deny"],
  env: ["bulkhead", "env", "allow"],
  volumes: ["bulkhead", "containers", "volumes"],
  networks: ["bulkhead", "containers", "networks"],
  images: ["bulkhead", "containers", "images", "allow"],
  deniedImages: ["bulkhead", "containers", "images", "deny"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Every list of a policy whose entries give or keep back something. */
export function listsOf(policy: Policy): readonly PolicyList[] {
  const { network, containers, plugins } = policy;
  return [
    { path: KEY.forbiddenPaths, items: policy.forbiddenPaths },
    { path: KEY.authorized, items: policy.authorizedClassPrefixes.flat() },
    { path: KEY.forbiddenClasses, items: policy.forbiddenClassPrefixes },
    { path: KEY.allowedPaths, items: policy.allowedPaths },
    { path: KEY.includes, items: plugins.includes.flat() },
    { path: KEY.excludes, items: plugins.excludes },
    { path: KEY.writable, items: policy.writable },
    { path: KEY.networkAllow, items: network.allow ?? [] },
    { path: KEY.networkDeny, items: network.deny },
    { path: KEY.env, items: policy.env },
    { path: KEY.volumes, items: containers.volumes },
    { path: KEY.networks, items: containers.networks },
    { path: KEY.images, items: containers.images.allow.flat() },
    { path: KEY.deniedImages, items: containers.images.deny },
  ];
}

/** The entry of a list that stands at a place. */
export function entryAt(
  policy: Policy,
  at: Source,
): { readonly path: readonly string[]; readonly value: string; readonly at: Source } | undefined {
  for (const { path, items } of listsOf(policy)) {
    const found = items.find(({ source }) => isSame(source, at));
    if (found !== undefined) return { path, value: found.value, at: found.source };
  }
  return undefined;
}

/** Whether two places are one. */
export function isSame(a: Source, b: Source): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column;
}
