import type { ChildCode, Kernel, KernelRules, Permissions } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";

/** What a kernel that is asked for needs to know of a child. */
export interface Confined {
  /** Path of the Deno that runs it; absent for a program of the host's. */
  readonly runtime?: string;
  readonly code?: Pick<ChildCode, "directory">;
  readonly permissions: Permissions;
  /** Whether it turns TypeScript into JavaScript while the task runs. */
  readonly transpiles?: boolean;
  /** Whether it may start processes, which then have what it has. */
  readonly spawn: boolean;
}

/** Devices that hold nothing. */
const EMPTY_DEVICES = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/**
 * Maps the permissions of a child to what the kernel allows it and whatever it starts.
 *
 * The kernel sees what Deno's flags do not: static imports, links, subprocesses. It knows no
 * denials, only what is open; the lists of the permissions are made that way. Beside them the
 * runtime's own files are open. The resolver's files are open to a child that has a network and
 * starts nothing, and so are the files of `/proc` to one that transpiles and starts nothing: its code
 * is still kept from both by Deno, and by the kernel from what belongs to other processes. What a
 * subprocess may read is what the policy leaves, and nothing else.
 */
export function kernelRules(
  { runtime, code, permissions: { read, write, net }, transpiles = false, spawn }: Confined,
  kernel: Kernel,
): KernelRules {
  const listed = (it: "all" | readonly string[]) => it === "all" ? ["/"] : it;
  const online = net.allow === "all" || net.allow.length > 0;
  const own = runtime === undefined ? [] : [runtime];
  return {
    read: [
      ...own,
      ...kernel.libraries,
      ...(code === undefined ? [] : [code.directory]),
      ...listed(read.allow),
      ...(online && !spawn ? kernel.resolver : []),
    ],
    // The C library looks up there where the stack of the first thread ends, and Deno 2.9 gives up
    // where it cannot: when it takes TypeScript apart. The task's code is kept from it by Deno.
    ...(transpiles && !spawn && { lookup: ["/proc"] }),
    // A program is started by its loader.
    execute: [
      ...own,
      ...kernel.libraries.filter((it) => /\/ld-[^/]+$/.test(it)),
      ...(spawn ? listed(read.allow) : []),
    ],
    spawn,
    write: listed(write.allow),
    devices: EMPTY_DEVICES,
    sockets: online ? "internet" : "none",
    ports: net.allow === "all" ? "all" : portsOf(net.allow),
  };
}

/** The ports of a list of hosts; a host without one means all of them. */
function portsOf(hosts: readonly string[]): "all" | readonly number[] {
  const ports = hosts.map((it) => /^(?:\[[^\]]*\]|[^:]*):(\d+)$/.exec(it)?.[1]);
  return ports.every((it) => it !== undefined) ? [...new Set(ports.map(Number))] : "all";
}

/** Whether names of hosts can be resolved under these rules. */
export function resolvesNames({ read, sockets }: KernelRules, { resolver }: Kernel): boolean {
  const [first] = resolver;
  return sockets !== "none" && (first === undefined || read.some((it) => isWithin(it, first)));
}
