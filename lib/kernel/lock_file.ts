import { cString, type Libc, SystemCallError } from "./libc.ts";
import { type Arch, noFollow, numberOf } from "./system_calls.ts";

const AT_FDCWD = -100;
const O_RDWR = 2;
const O_CLOEXEC = 0o2000000;
const LOCK_EX = 2;
const LOCK_NB = 4;

const EAGAIN = 11;
const GONE = [2, 20, 40]; // ENOENT, ENOTDIR, ELOOP

/**
 * Locks a file that is there, until it is disposed of or this process is gone, whatever it died of
 * (`flock(2)`). A lock says who is alive also where numbers of processes mean nothing.
 *
 * @returns `held` when another process has it, `missing` when there is no such file.
 */
export function lockFile(libc: Libc, arch: Arch, path: string): Disposable | "held" | "missing" {
  const close = (it: number) => void libc.call("close", numberOf("close", arch), it);
  let descriptor: number;
  try {
    const flags = O_RDWR | O_CLOEXEC | noFollow(arch);
    descriptor = libc.call("open", numberOf("openat", arch), AT_FDCWD, cString(path), flags);
  } catch (error) {
    if (error instanceof SystemCallError && GONE.includes(error.errno)) return "missing";
    throw error;
  }
  try {
    libc.call("flock", numberOf("flock", arch), descriptor, LOCK_EX | LOCK_NB);
    return { [Symbol.dispose]: () => close(descriptor) };
  } catch (error) {
    close(descriptor);
    if (error instanceof SystemCallError && error.errno === EAGAIN) return "held";
    throw error;
  }
}
