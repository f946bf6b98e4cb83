import { type Libc, SystemCallError } from "./libc.ts";
import { type Arch, numberOf } from "./system_calls.ts";

const F_GETFL = 3;
const F_SETFL = 4;
const F_SETOWN = 8;
const F_SETSIG = 10;
const O_ASYNC = 0o20000;
const SIGKILL = 9;

const EPERM = 1;
const ESRCH = 3;
const EBADF = 9;

/**
 * Ties a process, or the group that it leads, to the writers of its standard input: when the last
 * of them is gone, whatever it died of, the kernel kills it.
 *
 * `PR_SET_PDEATHSIG` would be lost at the fork, and a child that makes no system calls of its own
 * cannot ask for it. What has left the group is not reached. From now on a byte that is written
 * there kills as well: everything has to be written before.
 *
 * @param pid A child whose standard input is a pipe.
 * @param whole Whether it leads a group, which then goes with it.
 * @returns Whether it is tied, or has ended; false where the kernel lets nobody look into processes.
 */
export function tieProcess(libc: Libc, arch: Arch, pid: number, whole: boolean): boolean {
  const call = (name: "pidfd_open" | "pidfd_getfd" | "fcntl" | "close", ...args: number[]) =>
    libc.call(name, numberOf(name, arch), ...args);
  const open: number[] = [];
  try {
    const process = call("pidfd_open", pid, 0);
    open.push(process);
    const input = call("pidfd_getfd", process, 0, 0);
    open.push(input);
    call("fcntl", input, F_SETSIG, SIGKILL);
    call("fcntl", input, F_SETOWN, whole ? -pid : pid);
    call("fcntl", input, F_SETFL, call("fcntl", input, F_GETFL) | O_ASYNC);
    return true;
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    if (error.errno === ESRCH || error.errno === EBADF) return true;
    if (error.errno === EPERM) return false;
    throw error;
  } finally {
    for (const it of open) call("close", it);
  }
}
