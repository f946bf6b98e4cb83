/** What the guard keeps for us when it closes `node:module` to the task. */
export interface Kept {
  /** Blanks out the types of TypeScript; throws on what is no TypeScript either. */
  readonly stripTypes: (source: string) => string;
}

const BLOCKED: readonly string[] = ["module", "test", "inspector", "inspector/promises"];

/**
 * Takes from this process every ordinary way to make a thread.
 *
 * No flag of Deno does: with no permissions at all `new Worker("data:…")` works. A class keeps
 * its parent in a slot that is read whenever an instance is made, so replacing that parent by
 * one that throws stops every reference to the class, however the task came by it. The
 * loader's hooks are closed as well, because through them the raw operations can be reached.
 *
 * A thread would have the same permissions as its process: this keeps a rule about resources,
 * and the permissions stay the wall. To be called before any of the task's code is loaded.
 */
export async function denyThreads(): Promise<Kept> {
  const [threads, { default: loader }] = await Promise.all([
    import("node:worker_threads"),
    import("node:module"),
  ]);
  // deno-lint-ignore no-explicit-any
  const module_ = loader as any;
  const kept: Kept = { stripTypes: (source) => module_.stripTypeScriptTypes(source) };
  const denied = deniedClass("Worker");
  disinherit(globalThis.Worker, denied);
  disinherit(threads.Worker, deniedClass("node:worker_threads"));
  pin(globalThis, "Worker", denied);
  // An adapter of WebGPU comes with threads of its own.
  pin(Object.getPrototypeOf(navigator), "gpu", undefined);
  Reflect.deleteProperty(Deno, (Deno as unknown as { internal: symbol }).internal);

  const wall = `data:text/javascript,${
    encodeURIComponent('throw new Error("this module is closed to a class that may not spawn")')
  }`;
  const closed = new Set(BLOCKED.flatMap((it) => [it, `node:${it}`]));
  const has = Set.prototype.has.bind(closed);
  const test = process.getBuiltinModule("node:test") as unknown as { mock: object };
  module_.registerHooks(Object.freeze({
    __proto__: null,
    resolve: (specifier: string, context: unknown, next: (...it: unknown[]) => unknown) =>
      has(schemeOf(specifier))
        ? { __proto__: null, url: wall, format: "module", shortCircuit: true }
        : next(specifier, context),
  }));
  const refuse = () => {
    throw new Deno.errors.NotCapable('Requires run access to "loader hooks": denied to this class');
  };
  for (const name of ["registerHooks", "register"]) pin(module_, name, refuse);
  for (const it of [test.mock, Object.getPrototypeOf(test.mock)]) pin(it, "module", refuse);
  return kept;
}

/** `NODE:module?x` and `node:module` load one module; both are spelt like the second. */
function schemeOf(specifier: string): string {
  const text = `${specifier}`;
  return /^node:/i.test(text) ? `node:${text.slice(5)}` : text;
}

function deniedClass(name: string): new () => object {
  class Denied {
    constructor() {
      throw new Deno.errors.NotCapable(
        `Requires run access to "${name}": this class may not create threads`,
      );
    }
  }
  Object.freeze(Denied.prototype);
  return Object.freeze(Denied) as new () => object;
}

// deno-lint-ignore ban-types
function disinherit(child: Function, parent: Function): void {
  Object.setPrototypeOf(child, parent);
  Object.preventExtensions(child);
}

function pin(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, {
    value,
    writable: false,
    configurable: false,
    enumerable: false,
  });
}
