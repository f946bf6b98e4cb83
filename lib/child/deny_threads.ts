import { gateCode } from "./gate_code.ts";
import { lockNode } from "./lock_node.ts";
import { deniedClass, disinherit, notCapable, pin } from "./lock.ts";

/** What the import map of a guarded child calls instead of loading a module of Node. */
export const GATE = "__bulkhead_node";

/** Modules that no class needs that may not spawn: through them the loader can be had. */
const WALLED: readonly string[] = ["test", "inspector", "inspector/promises"];

// Given to the code of each entry by the module that starts it, see `bundleChild()`.
declare const resolve: (specifier: string) => string;

/** What is left to be done of the guard. */
export interface Guard {
  /** Stands before all that makes code of a text, to lock Node first. */
  readonly gateCode: () => void;
  /** Locks the threads of Node only, in half of the time. */
  readonly lockThreads: () => Promise<void>;
}

/**
 * Takes from this process every ordinary way to make a thread, and to adopt a descriptor.
 *
 * No flag of Deno does: with no permissions at all `new Worker("data:…")` works. A class keeps
 * its parent in a slot that is read whenever an instance is made, so replacing that parent by
 * one that throws stops every reference to the class, however the task came by it.
 *
 * Most tasks use nothing of Node, and to lock it takes longer than the rest of a child. So the
 * ways to it are locked first: the global `process`, and by the import map every module of Node
 * that could lead further. Whoever goes one of them has Node locked before it gets hold of anything.
 *
 * One way stays open: Deno has `node:worker_threads` from its start, and does not ask the map
 * where a module imports it by that very name. So `lockThreads()` has to run before any module
 * of the author's is loaded; `gateCode()` is for scripts that load none, as long as no text
 * becomes code.
 *
 * A thread would have the same permissions as its process: this keeps a rule about resources,
 * and the permissions stay the wall. To be called before any of the task's code is loaded.
 *
 * @throws {Error} When this child was started without the import map: the guard would not hold.
 */
export function denyThreads(): Guard {
  if (!resolve("node:module").startsWith("data:")) {
    throw new Error("Cannot guard this child: it was started without its import map");
  }
  const denied = deniedClass("Worker");
  disinherit(globalThis.Worker, denied);
  pin(globalThis, "Worker", denied);
  // An adapter of WebGPU comes with threads of its own.
  pin(Object.getPrototypeOf(navigator), "gpu", undefined);
  Reflect.deleteProperty(Deno, (Deno as unknown as { internal: symbol }).internal);

  const node = lockNode();
  Object.defineProperty(globalThis, "process", {
    get: node.lock,
    configurable: false,
    enumerable: false,
  });
  pin(globalThis, GATE, (name: string) => {
    for (let i = 0; i < WALLED.length; i++) {
      if (WALLED[i] === name) throw notCapable(`node:${name}`);
    }
    return node.lock().getBuiltinModule(`node:${name}`);
  });
  return {
    gateCode: () => {
      gateCode(node.lock);
      node.remember();
    },
    lockThreads: async () => node.lockThreads((await import("node:worker_threads")).Worker),
  };
}
