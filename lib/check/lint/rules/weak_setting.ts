import type { Diagnostic, Located, Policy, Sourced } from "../../../model/mod.ts";
import { isWithin } from "../../../paths/is_within.ts";
import { findLocated } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { entryAt } from "../written/written_policy.ts";

interface Weakness {
  readonly at: Sourced<unknown>["source"];
  readonly message: string;
  readonly help: string;
}

function* find(context: LintContext): Generator<Diagnostic> {
  const { policy } = context;
  if (policy === undefined) return;
  const found = [
    ...kernel(policy),
    ...precedence(context, policy),
    ...containers(policy),
    ...limits(context, policy),
    ...values(policy),
  ];
  for (const it of found) yield { code: "check/weak-setting", severity: "warning", ...it };
}

function* kernel({ kernel }: Policy): Generator<Weakness> {
  if (kernel.value !== "off" || kernel.source === undefined) return;
  yield {
    at: kernel.source,
    message: '"kernel: off" leaves out the layer that sees what tasks start, and links they follow',
    help: '"prefer" uses it where there is one, "require" starts nothing without',
  };
}

function* precedence({ policyRoots }: LintContext, policy: Policy): Generator<Weakness> {
  if (policy.forcedPrecedence !== "flow-first") return;
  for (const root of policyRoots.values()) {
    const said = entryAt(root, "bulkhead/forced-precedence")?.value;
    if (said === undefined) continue;
    yield {
      at: said.source,
      message:
        '"flow-first" lets an author of flows cancel what is forced here, by forcing another value',
      help: '"admin" is what Kestra does since 1.3.22; it calls the other a security problem',
    };
  }
}

/** What gives whoever can write or mount it the machine. */
const SYSTEM = ["/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/root"];
/** Trees that are everybody's. */
const SHARED = ["/", "/home", "/var", "/var/lib", "/run", "/var/run", "/opt", "/srv"];
const SOCKET = /\/(?:docker|podman|containerd|crio|buildkitd)(?:\.sock)?$/;

function* containers({ containers, writable }: Policy): Generator<Weakness> {
  for (const { value, source } of containers.users) {
    if (!/^0+:/.test(value)) continue;
    yield {
      at: source,
      message: `"${value}" lets containers run as root`,
      help:
        "Give a user of its own, such as 1000:1000. What a container's root writes into a volume is " +
        "root's on the host, where the engine is not rootless",
    };
  }
  const { writableRoot } = containers;
  if (writableRoot?.value === true) {
    yield {
      at: writableRoot.source,
      message: '"read-only: false" lets tasks change the programs of their own container',
      help: "The workspace and /tmp can be written anyway; for more space there is tmp",
    };
  }
  for (const { value, source, readOnly } of containers.volumes) {
    if (SOCKET.test(value)) {
      yield {
        at: source,
        message: `"${value}" is the engine's socket: who has it can start any container`,
        help: "Leave it out. No container gets it here, whatever a policy says",
      };
    } else if (!readOnly) yield* wide(value, source, "lets containers write");
  }
  for (const { value, source } of writable) yield* wide(value, source, "lets tasks write");
}

function* wide(value: string, source: Weakness["at"], lets: string): Generator<Weakness> {
  const system = SYSTEM.find((it) => isWithin(it, value));
  if (system === undefined && !SHARED.includes(value)) return;
  yield {
    at: source,
    message: system === undefined
      ? `"${value}" ${lets} what is everybody's`
      : `"${value}" ${lets} what other programs of the machine are made of, or go by`,
    help: "Give a directory that is for nothing else",
  };
}

/** A policy of Kestra's own cannot say any. */
function* limits({ policyRoots }: LintContext, { limits }: Policy): Generator<Weakness> {
  if (Object.keys(limits).length > 0) return;
  const own = [...policyRoots.values()].map((it) => entryAt(it, "bulkhead"))[0];
  if (own === undefined) return;
  yield {
    at: own.key,
    message: "No limits are set: one task can take all memory, processes and time of the machine",
    help: "For example limits: {timeout: PT1H, memory: 512MB, processes: 128}",
  };
}

/** What a value of a task runner, forced by the policy itself, opens. */
const RUNNER: readonly (readonly [string, (it: Located) => boolean, string])[] = [
  ["privileged", (it) => text(it) === "true", "gives containers the devices of the machine"],
  ["networkMode", (it) => text(it) === "host", "gives containers the network of the machine"],
  ["user", (it) => /^(?:root|0+)(?::|$)/.test(text(it) ?? ""), "lets containers run as root"],
];

function* values({ defaults }: Policy): Generator<Weakness> {
  for (const { values } of defaults) {
    for (const owner of [["taskRunner"], []]) {
      for (const [key, isWeak, what] of RUNNER) {
        const value = findLocated(values, [...owner, key]);
        if (value === undefined || !isWeak(value) || (owner.length === 0 && key === "user")) {
          continue;
        }
        yield {
          at: value.source,
          message: `"${key}: ${text(value)}" of a default ${what}`,
          help: "Leave it out. Kestra does what it says; here the policy decides for containers",
        };
      }
    }
    const volumes = findLocated(values, ["taskRunner", "volumes"]);
    for (const it of volumes?.kind === "list" ? volumes.items : []) {
      const [from = ""] = (text(it) ?? "").split(":");
      if (!SOCKET.test(from)) continue;
      yield {
        at: it.source,
        message:
          `"${from}" of a default is the engine's socket: who has it can start any container`,
        help: "Leave it out. No container gets it here, whatever a policy says",
      };
    }
  }
}

function text(it: Located): string | undefined {
  return it.kind === "scalar" ? String(it.value) : undefined;
}

const policy = (kernel: string) =>
  `bulkhead:
  kernel: ${kernel}
  limits:
    timeout: PT1H
`;

/** Settings that open more than one may expect. */
export const WEAK_SETTING: LintRule = {
  code: "check/weak-setting",
  severity: "warning",
  title: "a setting opens more than one may expect",
  why:
    "Each is allowed, and may be meant: `kernel: off`, `forced-precedence: flow-first`, containers that run " +
    "as root or write their root, the engine's socket, volumes and writable directories that other programs " +
    "go by, no limits at all, and what defaults give task runners. Take the word out with a comment, and a reason.",
  bad: policy("off"),
  good: policy("require"),
  find,
};
