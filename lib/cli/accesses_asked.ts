import type { Access, Policy } from "../model/mod.ts";
import { UsageError } from "./command.ts";
import type { Args } from "./command_table.ts";
import type { EXPLAIN } from "./tables/explain.ts";

/**
 * What a command line asks, in the order of its options.
 *
 * @throws {UsageError} For what is no path, host or name.
 */
export function accessesAsked(
  { read, write, net, env, spawn }: Pick<
    Args<typeof EXPLAIN>["values"],
    "read" | "write" | "net" | "env" | "spawn"
  >,
): readonly Access[] {
  const all: readonly Access[] = [
    ...read.map((value) => ({ kind: "read", value }) as const),
    ...write.map((value) => ({ kind: "write", value }) as const),
    ...(spawn ? [{ kind: "spawn" } as const] : []),
    ...net.map((value) => ({ kind: "net", value }) as const),
    ...env.map((value) => ({ kind: "env", value }) as const),
  ];
  for (const { kind, value } of all) {
    const fact = value === undefined ? undefined : faultOf(kind, value);
    if (fact !== undefined) throw new UsageError(`Cannot ask for ${kind} "${value}": ${fact}`);
  }
  return all;
}

function faultOf(kind: Access["kind"], value: string): string | undefined {
  if (value === "") return "it is empty";
  if (value.includes("\0")) return "it holds a control character";
  if (kind === "net" && !/^(?:\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+)(?::\d{1,5})?$/.test(value)) {
    return "it is not a host or host:port";
  }
  if (kind === "env" && value.includes("=")) return "it is no name of a variable";
  return undefined;
}

/** Entries of each list that are worth a line. */
const MOST = 6;

/** What is worth knowing of a task where nothing in particular is asked. */
export function accessesWorthAsking(policy: Policy, home: string | undefined): readonly Access[] {
  const paths = [
    ...policy.allowedPaths,
    ...policy.writable,
    ...policy.containers.volumes,
    ...policy.forbiddenPaths,
  ].map((it) => it.value).slice(0, 2 * MOST);
  const telling = ["<workspace>", ...paths, "/etc/passwd", "/usr", ...home ? [home] : []];
  const writable = policy.writable.map((it) => it.value).slice(0, MOST);
  const hosts = [...policy.network.allow ?? [], ...policy.network.deny].map((it) => it.value)
    .slice(0, MOST);
  const names = policy.env.map((it) => it.value).slice(0, MOST);
  return [
    { kind: "spawn" },
    ...unique(telling).map((value) => ({ kind: "read", value }) as const),
    ...unique(["<workspace>", ...writable, "/tmp"])
      .map((value) => ({ kind: "write", value }) as const),
    // The address of clouds' metadata is what attacks ask for first.
    ...unique([...hosts, "example.org:443", "169.254.169.254:80"])
      .map((value) => ({ kind: "net", value }) as const),
    ...unique([...names, "PATH"]).map((value) => ({ kind: "env", value }) as const),
  ];
}

function unique(list: readonly string[]): readonly string[] {
  return [...new Set(list)];
}
