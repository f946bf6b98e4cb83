// All of this runs after the author's code as well, so nothing of it may go by what that code
// can change: functions are taken beforehand, and descriptors inherit nothing.
const { defineProperty, setPrototypeOf, preventExtensions, freeze } = Object;
const { NotCapable } = Deno.errors;

/** The error of whatever a class that may not spawn is refused by the guard. */
export function notCapable(what: string): Error {
  return new NotCapable(`Requires run access to "${what}": this class may not create threads`);
}

/** A class of which there can be no instance, nor of one that it is the parent of. */
export function deniedClass(name: string): new () => object {
  class Denied {
    constructor() {
      throw notCapable(name);
    }
  }
  freeze(Denied.prototype);
  return freeze(Denied) as new () => object;
}

/** Gives a class another parent, for good. */
// deno-lint-ignore ban-types
export function disinherit(child: Function, parent: Function): void {
  setPrototypeOf(child, parent);
  preventExtensions(child);
}

/** Sets a property for good. */
export function pin(owner: object, name: string, value: unknown): void {
  defineProperty(owner, name, {
    __proto__: null,
    value,
    writable: false,
    configurable: false,
    enumerable: false,
  } as PropertyDescriptor);
}
