import { type Libc, SystemCallError } from "./libc.ts";
import { type Arch, numberOf } from "./system_calls.ts";

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;
/** Also children that send no SIGCHLD when they end. */
const WALL = 0x40000000;
const SIGKILL = 9;
const EPERM = 1;
const ESRCH = 3;
const ECHILD = 10;

/**
 * Makes this process the parent of whatever among its descendants loses its own, for good.
 *
 * A descendant may leave its group and its session; this it cannot leave.
 */
export function adoptOrphans(libc: Libc, arch: Arch): void {
  libc.call("prctl(CHILD_SUBREAPER)", numberOf("prctl", arch), PR_SET_CHILD_SUBREAPER, 1);
}

/**
 * Collects a child that has ended, so that its number is free again.
 *
 * @param pid An orphan. Never a child of Deno's own: Deno would miss how it ended.
 */
export function reapOrphan(libc: Libc, arch: Arch, pid: number): "reaped" | "alive" | "no child" {
  try {
    const number = numberOf("wait4", arch);
    return libc.call("wait4", number, pid, null, WNOHANG | WALL, null) === 0 ? "alive" : "reaped";
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === ECHILD) return "no child";
    throw error;
  }
}

/**
 * Kills a process of which only the number is known, if it is the one that is meant.
 *
 * @param isMeant Asked when the number can no longer pass on to another process.
 */
export function killProcess(libc: Libc, arch: Arch, pid: number, isMeant: () => boolean): void {
  let process: number;
  try {
    process = libc.call("pidfd_open", numberOf("pidfd_open", arch), pid, 0);
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === ESRCH) return;
    throw error;
  }
  try {
    const signal = numberOf("pidfd_send_signal", arch);
    if (isMeant()) libc.call("pidfd_send_signal", signal, process, SIGKILL, null, 0);
  } catch (error) {
    const gone = error instanceof SystemCallError && [EPERM, ESRCH].includes(error.errno);
    if (!gone) throw error;
  } finally {
    libc.call("close", numberOf("close", arch), process);
  }
}
