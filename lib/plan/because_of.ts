import type {
  Because,
  HostFacts,
  Injection,
  KernelRules,
  Limits,
  LocatedScalar,
  Permissions,
  Policy,
} from "../model/mod.ts";
import type { ClosedPath } from "./closed_paths.ts";
import { resolvesNames } from "./kernel_rules.ts";

/** Why paths are closed to a task. */
export function becauseOfPaths(closed: readonly ClosedPath[], files: boolean): Because[] {
  return closed.filter((it) => files || it.how === "deny").map(({ path, how, rule, source }) => ({
    effect: `${how} read and write ${path}`,
    rule,
    source,
  }));
}

/** What holds for every child, and the blocks of the policy that are switched off. */
export function becauseOfChild(policy: Policy): Because[] {
  return [
    ...policy.disabledAt.map((source): Because => ({
      effect: "java-security has no effect",
      rule: "enabled: false",
      source,
    })),
    { effect: "deny ffi", rule: "denied to every task", source: "built-in" },
    { effect: "deny import of remote modules", rule: "denied to every task", source: "built-in" },
  ];
}

/** Why the kernel has a part in it, and what it opens beside the lists. */
export function becauseOfKernel(
  rules: KernelRules | undefined,
  { kernel }: Pick<HostFacts, "kernel">,
  { kernel: mode }: Policy,
): Because[] {
  const rule = `bulkhead.kernel: ${mode.value}`;
  const source = mode.source ?? "built-in";
  if (rules === undefined || !kernel.found) return [{ effect: "no kernel layer", rule, source }];
  const opened = kernel.value.resolver.filter((it) => rules.read.includes(it));
  return [
    { effect: "enforce by the kernel, for the task and all it starts", rule, source },
    {
      effect: "deny Unix sockets",
      rule: "the engine, D-Bus and the like listen on them",
      source: "built-in",
    },
    ...(rules.spawn
      ? [
        {
          effect: "allow starting of programs that may be read",
          rule: "what a class starts is confined like itself",
          source: "built-in",
        } as const,
      ]
      : []),
    ...(rules.sockets !== "none" && !resolvesNames(rules, kernel.value)
      ? [
        {
          effect: "withhold names of hosts, which are resolved by reading /etc/resolv.conf",
          rule: "that file is closed, and what the class starts could read it",
          source: "built-in",
        } as const,
      ]
      : []),
    ...(rules.lookup !== undefined
      ? [
        {
          effect: `allow the runtime files of ${rules.lookup.join(", ")}, by their names`,
          rule: "it looks up its stack there; Deno keeps the task's code from them",
          source: "built-in",
        } as const,
      ]
      : []),
    ...(opened.length > 0
      ? [
        {
          effect: `allow the runtime ${opened.join(", ")}`,
          rule: "it resolves names of hosts with them; Deno keeps the task's code from them",
          source: "built-in",
        } as const,
      ]
      : []),
  ];
}

/** Why reading, the network and variables are as they are. */
export function becauseOfPermissions(permissions: Permissions, policy: Policy): Because[] {
  const { filesystem, allowedPaths, network, env, writable } = policy;
  const said: Because[] = [];
  if (permissions.read.allow !== "all" && permissions.read.allow.length > 0) {
    said.push({
      effect: filesystem.value === "open"
        ? "allow read of everything that is not forbidden, listed when the run starts"
        : "allow read of the workspace and the allowed paths only",
      rule: "bulkhead.filesystem",
      source: filesystem.source ?? "built-in",
    });
  }
  for (const it of filesystem.value === "closed" ? allowedPaths : []) {
    // A program of ours reads none of them.
    if (permissions.write.allow.length === 0) break;
    said.push({
      effect: `allow read ${it.value}`,
      rule: "kestra.local-files.allowed-paths",
      source: it.source,
    });
  }
  for (const it of writable) {
    if (permissions.write.allow.length === 0) break;
    said.push({ effect: `allow write ${it.value}`, rule: "bulkhead.writable", source: it.source });
  }
  if (permissions.net.allow === "all") {
    said.push({
      effect: "allow network",
      rule: network.deny.length > 0 ? "no list of allowed hosts" : "no rule restricts it",
      source: "built-in",
    });
    for (const it of network.deny) {
      said.push({
        effect: `deny net ${it.value}`,
        rule: "bulkhead.network.deny",
        source: it.source,
      });
    }
  } else {
    const given = new Set(permissions.net.allow);
    // An empty list has no entry to point at.
    if (network.allow?.length === 0) {
      said.push({
        effect: "deny network",
        rule: "bulkhead.network.allow is empty",
        source: "built-in",
      });
    }
    for (const it of network.allow ?? []) {
      said.push({
        effect: `${given.has(it.value) ? "allow" : "withhold"} net ${it.value}`,
        rule: "bulkhead.network.allow",
        source: it.source,
      });
    }
  }
  const variables = new Set(permissions.env.allow);
  for (const it of env) {
    if (!variables.has(it.value)) continue;
    said.push({ effect: `allow env ${it.value}`, rule: "bulkhead.env.allow", source: it.source });
  }
  return said;
}

const RULES: Readonly<Record<Injection, string>> = {
  "flow default": "pluginDefaults of the flow",
  "flow forced default": "pluginDefaults of the flow, forced",
  "plugin default": "plugin default of the policy",
  "forced plugin default": "plugin default of the policy, forced",
  "policy rule": "rule of the policy",
};

/** Why a task has a value that it does not say itself. */
export function becauseOfValue(path: string, value: LocatedScalar, injection: Injection): Because {
  return {
    effect: `set ${path} to ${JSON.stringify(value.value)}`,
    rule: RULES[injection],
    source: value.source,
  };
}

/** What a limit is called in the policy, and what it counts. */
const LIMITS: Readonly<Record<keyof Limits, { readonly name: string; readonly unit: string }>> = {
  timeoutMs: { name: "timeout", unit: " ms" },
  memoryBytes: { name: "memory", unit: " bytes" },
  processes: { name: "processes", unit: "" },
  files: { name: "files", unit: "" },
  outputBytes: { name: "output", unit: " bytes" },
  workspaceBytes: { name: "workspace", unit: " bytes" },
};

/** Ceilings that a policy sets. */
export function becauseOfLimits({ limits }: Policy): Because[] {
  return Object.entries(LIMITS).flatMap(([key, { name, unit }]) => {
    const it = limits[key as keyof Limits];
    return it === undefined ? [] : [{
      effect: `limit ${name} to ${it.value}${unit}`,
      rule: `bulkhead.limits.${name}`,
      source: it.source,
    }];
  });
}

/** Where the limits of an in-process task are less than they say, for what this machine lacks. */
export function becauseOfWeakLimits(
  { limits }: Policy,
  { uid, cgroups = [] }: HostFacts,
): Because[] {
  const weak: Because[] = [];
  const { memoryBytes, processes } = limits;
  if (memoryBytes !== undefined && !cgroups.includes("memory")) {
    weak.push({
      effect: "limit memory of each process, not of all together",
      rule: "no control group can be made for memory",
      source: memoryBytes.source,
    });
  }
  if (processes !== undefined && !cgroups.includes("pids")) {
    weak.push({
      effect: uid === 0
        ? "do not limit processes"
        : "limit processes together with all others of this user",
      rule: uid === 0
        ? "the kernel counts none of a superuser's, and no control group can be made"
        : "no control group can be made for processes",
      source: processes.source,
    });
  }
  return weak;
}
