import type { KernelRules } from "../model/kernel.ts";
import { type Arch, numberOf, type SystemCall } from "./system_calls.ts";

/** Offsets in `struct seccomp_data`, which the filter reads. */
const DATA = { nr: 0, arch: 4, firstArgument: 16 } as const;

/** What `linux/audit.h` calls the architectures. */
function auditArch(arch: Arch): number {
  return arch === "x86_64" ? 0xc000003e : 0xc00000b7;
}

/** Numbers from here on are the x32 interface, a second door to the same calls. */
const X32 = 0x40000000;

/** Instructions of the classic packet filter (`linux/bpf_common.h`). */
const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const RETURN = 0x06;

const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const ERRNO = 0x00050000;

const EPERM = 1;
const EACCES = 13;
const ENOSYS = 38;

/** AF_INET, AF_INET6 and AF_NETLINK, which the C library asks for the machine's addresses. */
const INTERNET_FAMILIES = [2, 10, 16];

/** Refused to every child: ways round the other rules, and doors to kernel bugs, that no task needs. */
const REFUSED: readonly { readonly call: SystemCall; readonly errno: number }[] = [
  // A ring does the work of other calls where no filter sees them.
  { call: "io_uring_setup", errno: ENOSYS },
  { call: "io_uring_enter", errno: ENOSYS },
  { call: "io_uring_register", errno: ENOSYS },
  { call: "open_by_handle_at", errno: EPERM },
  { call: "bpf", errno: EPERM },
  { call: "perf_event_open", errno: EPERM },
  { call: "userfaultfd", errno: EPERM },
  { call: "kexec_load", errno: EPERM },
  // Keyrings are the user's, not the task's.
  { call: "add_key", errno: EPERM },
  { call: "request_key", errno: EPERM },
  { call: "keyctl", errno: EPERM },
];

/** One instruction: code, jump if true, jump if false, operand. */
type Instruction = readonly [code: number, yes: number, no: number, operand: number];

/**
 * The seccomp filter of a child and all that it starts, as the kernel wants it
 * (`struct sock_filter[]`).
 *
 * Landlock does not govern connecting to a Unix socket by its path: the engine's socket, D-Bus
 * and the like are closed here, by refusing to make such sockets at all. `socketpair` stays: Deno
 * talks to its own children by it. A call by another architecture's numbers ends the process.
 */
export function seccompFilter(
  arch: Arch,
  sockets: KernelRules["sockets"],
): Uint8Array<ArrayBuffer> {
  const program: Instruction[] = [
    [LOAD, 0, 0, DATA.arch],
    [JUMP_IF_EQUAL, 1, 0, auditArch(arch)],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD, 0, 0, DATA.nr],
    ...(arch === "x86_64"
      ? [[JUMP_IF_AT_LEAST, 0, 1, X32], [RETURN, 0, 0, KILL_PROCESS]] satisfies Instruction[]
      : []),
    ...REFUSED.flatMap(({ call, errno }): Instruction[] => [
      [JUMP_IF_EQUAL, 0, 1, numberOf(call, arch)],
      [RETURN, 0, 0, ERRNO | errno],
    ]),
    ...socketRules(arch, sockets),
    [RETURN, 0, 0, ALLOW],
  ];
  const view = new DataView(new ArrayBuffer(program.length * 8));
  for (const [i, [code, yes, no, operand]] of program.entries()) {
    view.setUint16(i * 8, code, true);
    view.setUint8(i * 8 + 2, yes);
    view.setUint8(i * 8 + 3, no);
    view.setUint32(i * 8 + 4, operand, true);
  }
  return new Uint8Array(view.buffer);
}

function socketRules(arch: Arch, sockets: KernelRules["sockets"]): readonly Instruction[] {
  const families = sockets === "none" ? [] : INTERNET_FAMILIES;
  const rules: Instruction[] = [
    [LOAD, 0, 0, DATA.firstArgument],
    ...families.map((family, i): Instruction => [JUMP_IF_EQUAL, families.length - i, 0, family]),
    [RETURN, 0, 0, ERRNO | EACCES],
  ];
  return [[JUMP_IF_EQUAL, 0, rules.length, numberOf("socket", arch)], ...rules];
}
