/** A right over files, by its name in `linux/landlock.h`, and the first ABI that has it. */
const FILE_RIGHTS = {
  EXECUTE: { bit: 0, abi: 1 },
  WRITE_FILE: { bit: 1, abi: 1 },
  READ_FILE: { bit: 2, abi: 1 },
  READ_DIR: { bit: 3, abi: 1 },
  REMOVE_DIR: { bit: 4, abi: 1 },
  REMOVE_FILE: { bit: 5, abi: 1 },
  MAKE_CHAR: { bit: 6, abi: 1 },
  MAKE_DIR: { bit: 7, abi: 1 },
  MAKE_REG: { bit: 8, abi: 1 },
  MAKE_SOCK: { bit: 9, abi: 1 },
  MAKE_FIFO: { bit: 10, abi: 1 },
  MAKE_BLOCK: { bit: 11, abi: 1 },
  MAKE_SYM: { bit: 12, abi: 1 },
  REFER: { bit: 13, abi: 2 },
  TRUNCATE: { bit: 14, abi: 3 },
  IOCTL_DEV: { bit: 15, abi: 5 },
} as const;

type FileRight = keyof typeof FILE_RIGHTS;

/** What each word of the rules means in rights. */
const GRANTS = {
  read: ["READ_FILE", "READ_DIR"],
  lookup: ["READ_FILE"],
  execute: ["EXECUTE"],
  write: [
    "WRITE_FILE",
    "REMOVE_DIR",
    "REMOVE_FILE",
    "MAKE_DIR",
    "MAKE_REG",
    "MAKE_FIFO",
    "MAKE_SYM",
    "REFER",
    "TRUNCATE",
  ],
  devices: ["READ_FILE", "WRITE_FILE", "TRUNCATE"],
} as const satisfies Record<string, readonly FileRight[]>;

/** What may be granted on a file; the other rights are a directory's. */
const OF_FILES = bits(["EXECUTE", "WRITE_FILE", "READ_FILE", "TRUNCATE", "IOCTL_DEV"], Infinity);

const BIND_TCP = 1n << 0n;
const CONNECT_TCP = 1n << 1n;
const SCOPE_ABSTRACT_UNIX_SOCKET = 1n << 0n;
const SCOPE_SIGNAL = 1n << 1n;

/** The oldest ABI that governs TCP ports. */
export const ABI_OF_PORTS = 4;

/** Asks `landlock_create_ruleset` for the ABI instead of a rule set. */
export const CREATE_RULESET_VERSION = 1;

/** Kinds of rules. */
export const RULE = { PATH_BENEATH: 1, NET_PORT: 2 } as const;

/**
 * `struct landlock_ruleset_attr`: everything this ABI can refuse, is refused unless a rule
 * allows it.
 *
 * @param abi As the kernel gives it; a newer one than known here is used as the newest known.
 * @param ports Whether TCP ports are restricted, on an ABI that can.
 */
export function rulesetAttribute(abi: number, ports: boolean): Uint8Array<ArrayBuffer> {
  const size = abi >= 6 ? 24 : abi >= ABI_OF_PORTS ? 16 : 8;
  const view = new DataView(new ArrayBuffer(size));
  view.setBigUint64(0, bits(Object.keys(FILE_RIGHTS) as FileRight[], abi), true);
  if (size >= 16 && ports) view.setBigUint64(8, BIND_TCP | CONNECT_TCP, true);
  if (size >= 24) view.setBigUint64(16, SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL, true);
  return new Uint8Array(view.buffer);
}

/** `struct landlock_path_beneath_attr`, packed: what may be done below an open descriptor. */
export function pathRule(
  grants: readonly (keyof typeof GRANTS)[],
  kind: "file" | "directory",
  abi: number,
  descriptor: number,
): Uint8Array<ArrayBuffer> {
  const rights = grants.reduce((all, it) => all | bits(GRANTS[it], abi), 0n);
  const view = new DataView(new ArrayBuffer(12));
  view.setBigUint64(0, kind === "file" ? rights & OF_FILES : rights, true);
  view.setInt32(8, descriptor, true);
  return new Uint8Array(view.buffer);
}

/** `struct landlock_net_port_attr`: a TCP port that may be connected to and listened on. */
export function portRule(port: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigUint64(0, BIND_TCP | CONNECT_TCP, true);
  view.setBigUint64(8, BigInt(port), true);
  return new Uint8Array(view.buffer);
}

/** What an ABI cannot refuse, in words a person understands; empty for the newest. */
export function lacksOf(abi: number): readonly string[] {
  return [
    { since: 2, what: "moving files between directories is refused altogether" },
    { since: 3, what: "a file that may not be written can be cut to nothing by truncate(2)" },
    { since: 4, what: "TCP ports are not governed" },
    { since: 5, what: "ioctl on devices is not governed" },
    { since: 6, what: "signals and abstract Unix sockets are not governed" },
  ].filter((it) => abi < it.since).map((it) => it.what);
}

function bits(rights: readonly FileRight[], abi: number): bigint {
  return rights.filter((it) => FILE_RIGHTS[it].abi <= abi)
    .reduce((all, it) => all | 1n << BigInt(FILE_RIGHTS[it].bit), 0n);
}
