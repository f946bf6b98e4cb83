import type { Libc } from "./libc.ts";
import { type Arch, numberOf } from "./system_calls.ts";

/** What a process, and each one that it starts, may use up (`setrlimit(2)`). */
export interface ResourceLimits {
  /** `RLIMIT_DATA`, bytes: memory of one process that is its own and can be written. */
  readonly data?: number;
  /** `RLIMIT_NPROC`: processes and threads of the user, counted over the whole machine. */
  readonly processes?: number;
  /** `RLIMIT_NOFILE`: open descriptors of one process. */
  readonly files?: number;
  /** `RLIMIT_FSIZE`, bytes: how far a file is written. */
  readonly fileSize?: number;
}

/** Numbers of resources (`asm-generic/resource.h`). */
const RESOURCE = { fileSize: 1, data: 2, core: 4, processes: 6, files: 7 } as const;

/**
 * Limits a process that runs already; it leaves no core dump either.
 *
 * What it starts inherits the limits. Nobody but a superuser raises them again. A limit that is
 * there already stays where it is the smaller one.
 *
 * @param pid Of a process of this user.
 * @throws {SystemCallError} When the kernel refuses.
 */
export function limitProcess(libc: Libc, arch: Arch, pid: number, limits: ResourceLimits): void {
  const number = numberOf("prlimit64", arch);
  const wanted = { ...limits, core: 0 };
  for (const [name, resource] of Object.entries(RESOURCE)) {
    const value = wanted[name as keyof typeof RESOURCE];
    if (value === undefined) continue;
    const old = new BigUint64Array(2);
    libc.call(`prlimit64(${name})`, number, pid, resource, null, new Uint8Array(old.buffer));
    const hard = old[1]! < BigInt(value) ? old[1]! : BigInt(value);
    const both = new Uint8Array(new BigUint64Array([hard, hard]).buffer);
    libc.call(`prlimit64(${name})`, number, pid, resource, both, null);
  }
}
