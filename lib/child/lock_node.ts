import { notCapable, pin } from "./lock.ts";

type Process = typeof import("node:process");
// deno-lint-ignore no-explicit-any
type Any = any;

const { getPrototypeOf, getOwnPropertyDescriptor, is } = Object;
const { ownKeys, apply } = Reflect;

/** What every object inherits from, or every function, list and error. */
const ROOTS: readonly object[] = [
  Object.prototype,
  Function.prototype,
  Array.prototype,
  Error.prototype,
  Promise.prototype,
];

/** Bindings that open descriptors, and their classes. */
const HANDLES: readonly (readonly [binding: string, name: string])[] = [
  ["tcp_wrap", "TCP"],
  ["pipe_wrap", "Pipe"],
  ["tty_wrap", "TTY"],
  ["udp_wrap", "UDP"],
];
const OPENERS: readonly string[] = ["open", "openFd", "bindFd", "fromFd"];
const RESOURCE_OPENERS: readonly string[] = ["openFromRid", "open_from_rid"];
/** Standard input, output and error. */
const LAST_OWN_DESCRIPTOR = 2;

/**
 * Makes a function that locks Node, once: no hooks of the loader, no mocks, and no descriptor
 * but the process's own three.
 *
 * Node's modules are made when they are first asked for, by code that trusts what objects
 * inherit. Who has changed that could be called in the middle, so Node is refused to it.
 *
 * @param inherited What Node's classes inherit from and the task can reach before.
 */
export function lockNode(inherited: readonly object[]): (process: Process) => void {
  const roots = [...ROOTS, ...inherited];
  const before = snapshot(roots);
  const done = { all: false };
  return (process) => {
    if (done.all) return;
    if (!isSame(before, snapshot(roots))) {
      throw notCapable("node, with other prototypes than its own");
    }
    lockModules(process);
    lockDescriptors(process);
    done.all = true;
  };
}

function lockModules(process: Process): void {
  const module_: Any = process.getBuiltinModule("node:module");
  const mock: Any = process.getBuiltinModule("node:test").mock;
  const refuse = () => {
    throw notCapable("loader hooks");
  };
  pin(module_, "registerHooks", refuse);
  pin(module_, "register", refuse);
  pin(mock, "module", refuse);
  pin(getPrototypeOf(mock), "module", refuse);
}

/** A descriptor that is not its own would let a task speak for the harness. */
function lockDescriptors(process: Process): void {
  const { binding } = process as Any;
  for (let i = 0; i < HANDLES.length; i++) {
    const handle = HANDLES[i]!;
    let bound: Any;
    try {
      bound = apply(binding, process, [handle[0]]);
    } catch {
      continue; // This runtime has no such binding, so nobody can use it.
    }
    for (let at = bound[handle[1]]?.prototype; at && at !== ROOTS[0]; at = getPrototypeOf(at)) {
      for (let j = 0; j < OPENERS.length; j++) lockOpener(at, OPENERS[j]!, ownDescriptor);
      for (let j = 0; j < RESOURCE_OPENERS.length; j++) {
        lockOpener(at, RESOURCE_OPENERS[j]!, () => false);
      }
    }
  }
}

function ownDescriptor(fd: unknown): boolean {
  return fd === 0 || fd === 1 || fd === LAST_OWN_DESCRIPTOR;
}

function lockOpener(owner: Any, name: string, allowed: (fd: unknown) => boolean): void {
  const found = getOwnPropertyDescriptor(owner, name);
  if (typeof found?.value !== "function" || found.configurable === false) return;
  const open = found.value;
  pin(owner, name, function (this: unknown, ...all: unknown[]) {
    if (!allowed(all[0])) throw notCapable("a descriptor that is not its own");
    return apply(open, this, all);
  });
}

type Snapshot = { readonly keys: readonly PropertyKey[]; readonly values: readonly unknown[] }[];

function snapshot(roots: readonly object[]): Snapshot {
  const all: Snapshot = [];
  for (let i = 0; i < roots.length; i++) {
    const keys = ownKeys(roots[i]!);
    const values: unknown[] = [];
    for (let j = 0; j < keys.length; j++) {
      const it = getOwnPropertyDescriptor(roots[i]!, keys[j]!)!;
      values[j] = it.get ?? it.set ?? it.value;
    }
    all[i] = { keys, values };
  }
  return all;
}

function isSame(a: Snapshot, b: Snapshot): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i]!.keys.length !== b[i]!.keys.length) return false;
    for (let j = 0; j < a[i]!.keys.length; j++) {
      if (a[i]!.keys[j] !== b[i]!.keys[j]) return false;
      if (!is(a[i]!.values[j], b[i]!.values[j])) return false;
    }
  }
  return true;
}
