import type { Kernel, KernelRules } from "../model/kernel.ts";
import { ABI_OF_PORTS, pathRule, portRule, RULE, rulesetAttribute } from "./landlock.ts";
import { cString, type Libc, SystemCallError } from "./libc.ts";
import { seccompFilter } from "./seccomp_filter.ts";
import { noFollow, numberOf } from "./system_calls.ts";

const PR_SET_SECCOMP = 22;
const PR_CAPBSET_READ = 23;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_MODE_FILTER = 2;

const AT_FDCWD = -100;
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;

const ENOENT = 2;
const EACCES = 13;
const EINVAL = 22;
const ENOTDIR = 20;
const ELOOP = 40;

/**
 * What a superuser's child keeps of a superuser's rights: those over files and owners, which the
 * rules of paths govern, and to listen on low ports (`linux/capability.h`).
 */
const KEPT_CAPABILITIES: readonly number[] = [
  0, // CAP_CHOWN
  1, // CAP_DAC_OVERRIDE
  3, // CAP_FOWNER
  4, // CAP_FSETID
  5, // CAP_KILL
  6, // CAP_SETGID
  7, // CAP_SETUID
  10, // CAP_NET_BIND_SERVICE
];

/** More capabilities than any kernel has; it says where its own end. */
const CAPABILITIES_END = 64;

/**
 * Restricts the calling thread, for good, and every process that it starts from now on.
 *
 * Other threads of the process stay as they are. In this order: no new privileges, fewer
 * capabilities, Landlock, seccomp.
 *
 * @throws {SystemCallError} When the kernel refuses a step: then nothing may be started here.
 */
export function restrictThread(libc: Libc, kernel: Kernel, rules: KernelRules): void {
  const { arch } = kernel;
  libc.call("prctl(PR_SET_NO_NEW_PRIVS)", numberOf("prctl", arch), PR_SET_NO_NEW_PRIVS, 1);
  dropCapabilities(libc, kernel);
  landlock(libc, kernel, rules);
  const filter = seccompFilter(arch, rules.sockets);
  libc.call(
    "prctl(PR_SET_SECCOMP)",
    numberOf("prctl", arch),
    PR_SET_SECCOMP,
    SECCOMP_MODE_FILTER,
    filterProgram(filter.length / 8, libc.pin(filter)),
  );
}

/** A process of the superuser gets its capabilities back at every exec, unless they are out of bounds. */
function dropCapabilities(libc: Libc, { arch }: Kernel): void {
  for (let it = 0; it < CAPABILITIES_END; it++) {
    if (KEPT_CAPABILITIES.includes(it)) continue;
    try {
      const has = libc.call("prctl(PR_CAPBSET_READ)", numberOf("prctl", arch), PR_CAPBSET_READ, it);
      if (has === 0) continue;
    } catch (error) {
      if (error instanceof SystemCallError && error.errno === EINVAL) return; // past the last one
      throw error;
    }
    try {
      libc.call("prctl(PR_CAPBSET_DROP)", numberOf("prctl", arch), PR_CAPBSET_DROP, it);
    } catch (error) {
      // Who may not drop a capability has none to gain either: no new privileges are given.
      if (Deno.uid() === 0 || !(error instanceof SystemCallError)) throw error;
      return;
    }
  }
}

function landlock(libc: Libc, { arch, landlock: abi }: Kernel, rules: KernelRules): void {
  const attribute = rulesetAttribute(abi, rules.ports !== "all");
  const create = numberOf("landlock_create_ruleset", arch);
  const ruleset = libc.call("landlock_create_ruleset", create, attribute, attribute.length, 0);
  try {
    for (const [path, grants] of grantsByPath(rules)) {
      addPath(libc, { arch, abi, ruleset, path, grants });
    }
    if (rules.ports !== "all" && abi >= ABI_OF_PORTS) {
      for (const port of rules.ports) {
        addRule(libc, arch, ruleset, RULE.NET_PORT, portRule(port));
      }
    }
    const restrict = numberOf("landlock_restrict_self", arch);
    libc.call("landlock_restrict_self", restrict, ruleset, 0);
  } finally {
    libc.call("close", numberOf("close", arch), ruleset);
  }
}

type Grant = Parameters<typeof pathRule>[0][number];

function grantsByPath(rules: KernelRules): ReadonlyMap<string, readonly Grant[]> {
  const all = new Map<string, Grant[]>();
  for (const grant of ["read", "lookup", "execute", "write", "devices"] as const) {
    for (const path of rules[grant] ?? []) {
      const grants = all.get(path);
      if (grants === undefined) all.set(path, [grant]);
      else grants.push(grant);
    }
  }
  return all;
}

interface PathToAdd {
  readonly arch: Kernel["arch"];
  readonly abi: number;
  readonly ruleset: number;
  readonly path: string;
  readonly grants: readonly Grant[];
}

/**
 * A path that is gone, or cannot be reached, gets no rule: it stays closed.
 *
 * A link is not followed: what it leads to is open when the rules name that itself, else whoever
 * made the link would have widened them.
 */
function addPath(libc: Libc, { arch, abi, ruleset, path, grants }: PathToAdd): void {
  let descriptor: number;
  try {
    const openat = numberOf("openat", arch);
    descriptor = libc.call(
      "open",
      openat,
      AT_FDCWD,
      cString(path),
      O_PATH | O_CLOEXEC | noFollow(arch),
    );
  } catch (error) {
    const gone = error instanceof SystemCallError &&
      [ENOENT, EACCES, ENOTDIR, ELOOP].includes(error.errno);
    if (gone) return;
    throw error;
  }
  const add = (kind: "file" | "directory") =>
    addRule(libc, arch, ruleset, RULE.PATH_BENEATH, pathRule(grants, kind, abi, descriptor));
  try {
    add("directory");
  } catch (error) {
    // The rights of a directory on a file; one that had none to begin with is none of our trouble.
    if (!(error instanceof SystemCallError) || error.errno !== EINVAL) throw error;
    add("file");
  } finally {
    libc.call("close", numberOf("close", arch), descriptor);
  }
}

function addRule(
  libc: Libc,
  arch: Kernel["arch"],
  ruleset: number,
  kind: number,
  rule: Uint8Array<ArrayBuffer>,
): void {
  libc.call(
    "landlock_add_rule",
    numberOf("landlock_add_rule", arch),
    ruleset,
    kind,
    rule,
    0,
  );
}

/** `struct sock_fprog`: how many instructions, and where they are. */
function filterProgram(instructions: number, at: bigint): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint16(0, instructions, true);
  view.setBigUint64(8, at, true);
  return new Uint8Array(view.buffer);
}
