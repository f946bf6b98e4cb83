// Taken before the author's code runs, and before the guard stands in front of it.
const described = Object.getOwnPropertyDescriptor(globalThis, "process");
const { apply } = Reflect;

/**
 * Gives Node's `process`, from which every module of Node can be had at once.
 *
 * Deno makes it when it is first asked for, which takes longer than all else in a small child.
 */
export function nodeProcess(): typeof import("node:process") {
  return described?.get === undefined ? described?.value : apply(described.get, globalThis, []);
}
