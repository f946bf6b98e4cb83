import type { Libc } from "./libc.ts";
import { type Arch, numberOf } from "./system_calls.ts";

const O_CLOEXEC = 0o2000000;
const O_ASYNC = 0o20000;
const F_GETFL = 3;
const F_SETFL = 4;
const F_SETOWN = 8;
const F_SETSIG = 10;
const F_DUPFD_CLOEXEC = 1030;
const SIGKILL = 9;

/**
 * Ties a process, or the group that it leads, to this one: when this one is gone, whatever it died
 * of, the kernel kills it. What has left the group is not reached.
 *
 * `PR_SET_PDEATHSIG` would be lost at the fork, and a child that makes no system calls of its own
 * cannot ask for it. So a pipe does it, both ends of which are ours: its reading end belongs to the
 * process (`F_SETOWN`), and says by a signal (`O_ASYNC`, `F_SETSIG`) that its writer is gone. It can
 * say so while it is still there itself, and in which order the kernel closes what a dead process had
 * open is its own affair; so there are two pipes, one for each order.
 *
 * @param pid A process of this user.
 * @param whole Whether it leads a group, which then goes with it.
 * @returns Unties it when it is disposed of, which is to be done as soon as it has ended.
 * @throws {SystemCallError} When there are no descriptors left.
 */
export function tieProcess(libc: Libc, arch: Arch, pid: number, whole: boolean): Disposable {
  const fcntl = (fd: number, command: number, value: number) =>
    libc.call("fcntl", numberOf("fcntl", arch), fd, command, value);
  const close = (fd: number) => void libc.call("close", numberOf("close", arch), fd);
  const open = new Set<number>();
  const readers: number[] = [];
  const untie = () => {
    // First it falls silent: to be closed is what it would tell.
    for (const it of readers) fcntl(it, F_SETFL, fcntl(it, F_GETFL, 0) & ~O_ASYNC);
    for (const it of open) close(it);
    open.clear();
    readers.length = 0;
  };
  try {
    for (const order of ["reader first", "writer first"] as const) {
      const ends = new Int32Array(2);
      const bytes = new Uint8Array(ends.buffer);
      libc.call("pipe2", numberOf("pipe2", arch), bytes, O_CLOEXEC);
      const [low, writer] = ends as unknown as [number, number];
      open.add(low).add(writer);
      const reader = order === "reader first" ? low : fcntl(low, F_DUPFD_CLOEXEC, writer + 1);
      if (reader !== low) {
        open.add(reader).delete(low);
        close(low);
      }
      fcntl(reader, F_SETSIG, SIGKILL);
      fcntl(reader, F_SETOWN, whole ? -pid : pid);
      fcntl(reader, F_SETFL, fcntl(reader, F_GETFL, 0) | O_ASYNC);
      readers.push(reader);
    }
    return { [Symbol.dispose]: untie };
  } catch (error) {
    untie();
    throw error;
  }
}
