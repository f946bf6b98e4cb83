/** What the kernel of this machine offers to confine a process and all that it starts. */
export interface Kernel {
  /** Version of Landlock's interface; 1 is the oldest. */
  readonly landlock: number;
  /** What this version cannot refuse, in words. */
  readonly lacks: readonly string[];
  /** The machine's architecture, as seccomp filters and system call numbers know it. */
  readonly arch: "x86_64" | "aarch64";
  /** Files that a Deno process maps before it runs a line: its loader and libraries. */
  readonly libraries: readonly string[];
  /** What the C library reads to resolve a host's name: real paths of what there is of it. */
  readonly resolver: readonly string[];
}

/**
 * What one child, and whatever it starts, may do: all else is refused by the kernel.
 *
 * A path stands for itself and everything below it.
 */
export interface KernelRules {
  readonly read: readonly string[];
  readonly execute: readonly string[];
  /** Whether it may start processes; if not, `execute` is what it is made of itself. */
  readonly spawn: boolean;
  /** Made, written, renamed, removed. */
  readonly write: readonly string[];
  /** Files below are read by whoever knows their names; directories are not listed. */
  readonly lookup?: readonly string[];
  /** Read and written, where they are already: `/dev/null`. */
  readonly devices: readonly string[];
  /** `none`: no socket of any kind. `internet`: IPv4 and IPv6, never a Unix socket. */
  readonly sockets: "none" | "internet";
  /** TCP ports that may be connected to and listened on; `all` is not restricted. */
  readonly ports: "all" | readonly number[];
}
