/** A call that the kernel refused, with its errno. */
export class SystemCallError extends Error {
  override readonly name = "SystemCallError";

  constructor(readonly call: string, readonly errno: number) {
    super(`${call}: ${ERRNO[errno] ?? `errno ${errno}`}`);
  }
}

const ERRNO: Readonly<Record<number, string>> = {
  1: "EPERM: not permitted",
  2: "ENOENT: no such file",
  3: "ESRCH: no such process",
  9: "EBADF: no such descriptor",
  11: "EAGAIN: try again",
  12: "ENOMEM: out of memory",
  13: "EACCES: permission denied",
  22: "EINVAL: invalid argument",
  38: "ENOSYS: this kernel has no such call",
  95: "EOPNOTSUPP: switched off in this kernel",
};

const SYMBOLS = {
  syscall: {
    parameters: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"],
    result: "i64",
  },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** An argument of a system call: a number, or memory that stays in place during the call. */
export type Argument = number | bigint | Uint8Array<ArrayBuffer> | null;

/** The system calls of this thread. */
export interface Libc extends Disposable {
  /**
   * Makes one system call on the calling thread.
   *
   * @returns What it returns, which is never negative.
   * @throws {SystemCallError} When the kernel refuses.
   */
  call(name: string, number: number, ...args: readonly Argument[]): number;
  /** The address of memory that stays where it is until this is disposed of. */
  pin(memory: Uint8Array<ArrayBuffer>): bigint;
}

/**
 * Opens the C library, to make system calls that Deno has no words for.
 *
 * Needs `--allow-ffi`, which the harness has and no child ever gets. The kernel answers for the
 * thread that asks, so what restricts a thread is called on that thread.
 *
 * @throws When there is no glibc (`libc.so.6`), which Deno itself cannot run without.
 */
export function openLibc(): Libc {
  const library = Deno.dlopen("libc.so.6", SYMBOLS);
  const { syscall, __errno_location } = library.symbols;
  // An address keeps nothing alive: what is held here is not collected before its time.
  const held: Argument[] = [];
  const pinned: Uint8Array[] = [];
  return {
    call(name, number, ...args) {
      held.push(...args);
      try {
        const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = held.map(asWord);
        const result = Number(syscall(BigInt(number), a, b, c, d, e, f));
        if (result >= 0) return result;
        const at = __errno_location();
        const errno = at === null ? 0 : new Deno.UnsafePointerView(at).getInt32();
        throw new SystemCallError(name, errno);
      } finally {
        held.length = 0;
      }
    },
    pin(memory) {
      pinned.push(memory);
      return asWord(memory);
    },
    [Symbol.dispose]() {
      pinned.length = 0;
      library.close();
    },
  };
}

function asWord(argument: Argument): bigint {
  if (argument === null) return 0n;
  if (argument instanceof Uint8Array) {
    return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(argument)));
  }
  return BigInt(argument);
}

/** A path as the kernel wants it: bytes that end in zero. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  const whole = new Uint8Array(bytes.length + 1);
  whole.set(bytes);
  return whole;
}
