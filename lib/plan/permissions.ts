import type { HostFacts, Permission, Permissions, Policy } from "../model/mod.ts";
import { type ClosedPath, openPaths } from "./closed_paths.ts";

/** Stands in a plan for the task run's own directory. */
export const WORKSPACE = "<workspace>";

const NOTHING: Permission = { allow: [], deny: [] };
const CLOSED: Permission = { allow: [], deny: "all" };

/** What the program of a task asks for, before the policy has its say. */
export interface Ask {
  /** Reads and writes files: the author's code does, ours does not. */
  readonly files: boolean;
  readonly net: boolean;
  readonly env: boolean;
  readonly spawn: boolean;
  /** What must be readable for the program to load. */
  readonly modules: readonly string[];
}

/**
 * Maps a policy to the permissions of one child.
 *
 * Reading and writing are scoped lists, never bare: on Deno 2.9.6 deny lists alone do not
 * hold. FFI, system information and imports from elsewhere are denied to every task.
 */
export function permissionsFor(
  ask: Ask,
  policy: Policy,
  closed: readonly ClosedPath[],
  host: HostFacts,
): Permissions {
  const deny = closed.filter((it) => it.how === "deny").map((it) => it.path);
  const open = (roots: readonly string[]) => roots.flatMap((it) => openPaths(it, closed, host));
  const roots = policy.filesystem.value === "open"
    ? ["/"]
    : policy.allowedPaths.flatMap(({ value }) => both(value, host));
  const writable = policy.writable.flatMap(({ value }) => both(value, host));
  const readable = ask.files ? [WORKSPACE, ...open([...roots, ...writable])] : [];
  return {
    read: { allow: unique([...readable, ...ask.modules]), deny },
    write: ask.files
      ? { allow: unique([WORKSPACE, ...open(writable)]), deny }
      : { allow: [], deny },
    net: ask.net ? netFor(policy) : NOTHING,
    env: ask.env ? { allow: policy.env.map((it) => it.value), deny: [] } : NOTHING,
    run: ask.spawn ? { allow: "all", deny: [] } : CLOSED,
    ffi: CLOSED,
    sys: NOTHING,
    import: CLOSED,
  };
}

/** Only what both lists leave: an allow below a deny would re-open it. */
function netFor({ network: { allow, deny } }: Policy): Permission {
  const denied = new Set(deny.map((it) => it.value));
  return {
    allow: allow === undefined
      ? "all"
      : allow.map((it) => it.value).filter((it) =>
        !denied.has(it) && !denied.has(it.replace(/:\d+$/, ""))
      ),
    deny: [...denied],
  };
}

function both(path: string, host: HostFacts): readonly string[] {
  const real = host.realPaths.get(path);
  return real === undefined || real === path ? [path] : [path, real];
}

function unique(list: readonly string[]): readonly string[] {
  return [...new Set(list)];
}
