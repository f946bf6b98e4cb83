import { buildFailure } from "./build_failure.ts";

/** A kind of machine that a binary can be built for. */
export interface Target {
  /** As Deno writes it. */
  readonly triple: string;
  /** As people write it. */
  readonly short: string;
  /** What an ELF file for it has as its machine. */
  readonly elfMachine: number;
  /** The npm package with Deno for it, and the digest of what it holds. */
  readonly runtime: PinnedRuntime;
}

/** A Deno as the npm registry has it. */
export interface PinnedRuntime {
  readonly package: string;
  /** SHA-512 of the package, in the registry's form (`npm view PACKAGE dist.integrity`). */
  readonly integrity: string;
  /** SHA-256 in hex of the program in it, `deno` (`sha256sum`). */
  readonly sha256: string;
}

/** The machines that the harness knows the kernel and the system calls of. */
export const TARGETS: readonly Target[] = [
  {
    triple: "x86_64-unknown-linux-gnu",
    short: "linux-x64",
    elfMachine: 62,
    runtime: {
      package: "@deno/linux-x64-glibc",
      integrity:
        "sha512-3md4TKLCuzsLDmfOoC5KN7NAZaxSVkMgm64vg6foD00JBADCpYS2/5QqXfzgnP5ZQz3iLP9vBQJtEgc116OAoQ==",
      sha256: "bceb5b6a6239b0b010418406d8c77a508f67cf4337d94288f1c19fe71304aab0",
    },
  },
  {
    triple: "aarch64-unknown-linux-gnu",
    short: "linux-arm64",
    elfMachine: 183,
    runtime: {
      package: "@deno/linux-arm64-glibc",
      integrity:
        "sha512-poqhoH9B3nYloigEMPT5t8HY+wBeiuea1An5Q7fqgJzP0SYmWsoS/oUnWO/pEiA4ofzIBy1Elt/in58xKtxEoQ==",
      sha256: "d08d392418df53f4e6e88a08909c0e1bccbf9adcead7232df72b6ad6075ec416",
    },
  },
];

/** Targets of `deno compile` that nothing is built for, by their short names. */
const LINUX_ONLY: Readonly<Record<string, string>> = {
  "macos-x64": "x86_64-apple-darwin",
  "macos-arm64": "aarch64-apple-darwin",
  "windows-x64": "x86_64-pc-windows-msvc",
};

/**
 * Finds a target by either of its names.
 *
 * @throws {StageError} If nothing is built for it, with the reason.
 */
export function targetNamed(name: string): Target {
  const target = TARGETS.find((it) => it.triple === name || it.short === name);
  if (target !== undefined) return target;
  const known = TARGETS.map((it) => it.short).join(" or ");
  if (Object.entries(LINUX_ONLY).flat().includes(name)) {
    throw buildFailure(
      "target-unsupported",
      `Cannot build for "${name}": bulkhead runs on Linux only`,
      "What ends the processes of a task, finds mounts and confines by the kernel is written " +
        `for Linux and tried there; choose ${known}`,
    );
  }
  throw buildFailure(
    "unknown-target",
    `Cannot build for "${name}": there is no such target`,
    `Choose ${known}`,
  );
}

/** The target that is this machine. */
export function hostTarget(): Target {
  return targetNamed(Deno.build.target);
}

/** The variable that names a base runtime for one target. */
export function baseVariable({ triple }: Target): string {
  return `BULKHEAD_DENORT_${triple.toUpperCase().replaceAll("-", "_")}`;
}

/** Tells whether a program is one of 64-bit little-endian Linux on the target's processor. */
export function isProgramFor(program: Uint8Array, { elfMachine }: Target): boolean {
  if (program.length < 64) return false;
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  return view.getUint32(0) === 0x7f454c46 && view.getUint16(4) === 0x0201 &&
    view.getUint16(18, true) === elfMachine;
}
