import { deniedClass, disinherit, notCapable, pin } from "./lock.ts";
import { nodeProcess } from "./node_process.ts";

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

/** What can be locked of Node. */
export interface NodeLock {
  /**
   * All of it, and gives its `process`, by which everything else is reached.
   *
   * @throws What `notCapable()` makes, when that cannot be done for certain.
   */
  lock(): Process;
  /** Takes what objects inherit from now on for what they should. */
  remember(): void;
  /** Its class of threads. */
  // deno-lint-ignore ban-types
  lockThreads(Worker: Function): void;
}

/**
 * Locks Node, once: no threads, no hooks of the loader, no mocks, and no descriptor but the
 * process's own three.
 *
 * Node's modules are made when they are first asked for, by code that trusts what objects
 * inherit. Who has changed that could be called in the middle, so Node is refused to it.
 */
export function lockNode(): NodeLock {
  const state: { all: boolean; threads: boolean; seen: Seen[] } = {
    all: false,
    threads: false,
    seen: [],
  };
  const remember = () => {
    for (let i = 0; i < ROOTS.length; i++) state.seen[i] = see(ROOTS[i]!);
  };
  remember();
  const lockThreads: NodeLock["lockThreads"] = (Worker) => {
    if (state.threads) return;
    // What most of Node's classes inherit from, and a task can reach from here on.
    const emitter = getPrototypeOf(Worker);
    state.seen[ROOTS.length] = see(emitter);
    state.seen[ROOTS.length + 1] = see(emitter.prototype);
    disinherit(Worker, deniedClass("node:worker_threads"));
    state.threads = true;
  };
  const lock = () => {
    if (state.all) return nodeProcess();
    // Before the process is made: making it is what could be listened to.
    for (let i = 0; i < state.seen.length; i++) {
      if (!isUnchanged(state.seen[i]!)) {
        throw notCapable("node, with other prototypes than its own");
      }
    }
    const process = nodeProcess();
    lockThreads(process.getBuiltinModule("node:worker_threads").Worker);
    lockModules(process);
    lockDescriptors(process);
    state.all = true;
    return process;
  };
  return { lock, lockThreads, remember };
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

/** An object, and what it had. */
interface Seen {
  readonly owner: object;
  readonly keys: readonly PropertyKey[];
  readonly values: readonly unknown[];
}

function see(owner: object): Seen {
  const keys = ownKeys(owner);
  const values: unknown[] = [];
  for (let i = 0; i < keys.length; i++) {
    const it = getOwnPropertyDescriptor(owner, keys[i]!)!;
    values[i] = it.get ?? it.set ?? it.value;
  }
  return { owner, keys, values };
}

function isUnchanged(before: Seen): boolean {
  const { keys, values } = see(before.owner);
  if (keys.length !== before.keys.length) return false;
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] !== before.keys[i] || !is(values[i], before.values[i])) return false;
  }
  return true;
}
