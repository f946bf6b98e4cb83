/** An architecture whose numbers are known. */
export type Arch = "x86_64" | "aarch64";

/** The numbers of system calls, where the architectures differ (`asm/unistd.h` of each). */
const BY_ARCH = {
  openat: { x86_64: 257, aarch64: 56 },
  close: { x86_64: 3, aarch64: 57 },
  pipe2: { x86_64: 293, aarch64: 59 },
  fcntl: { x86_64: 72, aarch64: 25 },
  prctl: { x86_64: 157, aarch64: 167 },
  prlimit64: { x86_64: 302, aarch64: 261 },
  faccessat: { x86_64: 269, aarch64: 48 },
  socket: { x86_64: 41, aarch64: 198 },
  add_key: { x86_64: 248, aarch64: 217 },
  request_key: { x86_64: 249, aarch64: 218 },
  keyctl: { x86_64: 250, aarch64: 219 },
  bpf: { x86_64: 321, aarch64: 280 },
  perf_event_open: { x86_64: 298, aarch64: 241 },
  userfaultfd: { x86_64: 323, aarch64: 282 },
  open_by_handle_at: { x86_64: 304, aarch64: 265 },
  kexec_load: { x86_64: 246, aarch64: 104 },
  wait4: { x86_64: 61, aarch64: 260 },
  flock: { x86_64: 73, aarch64: 32 },
} as const;

/** Newer calls have one number everywhere. */
const EVERYWHERE = {
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  pidfd_send_signal: 424,
  pidfd_open: 434,
  landlock_create_ruleset: 444,
  landlock_add_rule: 445,
  landlock_restrict_self: 446,
} as const;

/** A call that bulkhead makes, or filters. */
export type SystemCall = keyof typeof BY_ARCH | keyof typeof EVERYWHERE;

/** The number of a system call on an architecture. */
export function numberOf(call: SystemCall, arch: Arch): number {
  return call in EVERYWHERE
    ? EVERYWHERE[call as keyof typeof EVERYWHERE]
    : BY_ARCH[call as keyof typeof BY_ARCH][arch];
}

/** `O_NOFOLLOW`, which the architectures number differently. */
export function noFollow(arch: Arch): number {
  return arch === "x86_64" ? 0o400000 : 0o100000;
}
