import type { Kernel } from "../model/kernel.ts";
import { CREATE_RULESET_VERSION, lacksOf } from "./landlock.ts";
import { openLibc, SystemCallError } from "./libc.ts";
import { numberOf } from "./system_calls.ts";

/**
 * Asks this machine's kernel what it offers.
 *
 * @returns What it offers; a text when it offers too little, with the reason.
 */
export function readKernel(): Kernel | string {
  const { os, arch } = Deno.build;
  if (os !== "linux") return `Landlock is Linux's, and this is ${os}`;
  try {
    const libc = openLibc();
    using _libc = libc;
    const create = numberOf("landlock_create_ruleset", arch);
    const landlock = libc.call("Landlock", create, null, 0, CREATE_RULESET_VERSION);
    return {
      landlock,
      lacks: lacksOf(landlock),
      arch,
      libraries: mappedLibraries(Deno.readTextFileSync("/proc/self/maps")),
      resolver: resolverFiles(),
    };
  } catch (error) {
    if (error instanceof SystemCallError) return error.message;
    return `system calls cannot be made: ${(error as Error).message}`;
  }
}

/** What the C library reads to resolve names; the first is the one it cannot do without. */
const RESOLVER = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/nsswitch.conf",
  "/etc/host.conf",
  "/etc/gai.conf",
];

function resolverFiles(): readonly string[] {
  return RESOLVER.flatMap((it) => {
    try {
      return [Deno.realPathSync(it)];
    } catch {
      return [];
    }
  });
}

/**
 * The libraries of this process, which are those of the runtime as well: both are Deno.
 *
 * @param maps The text of `/proc/self/maps`.
 */
export function mappedLibraries(maps: string): readonly string[] {
  const files = maps.split("\n").flatMap((line) => /\s(\/\S+\.so[.\d]*)$/.exec(line)?.[1] ?? []);
  return [...new Set(files)].sort();
}
