import { pin } from "./lock.ts";

const { setPrototypeOf, getPrototypeOf } = Object;
const { apply, construct } = Reflect;

/**
 * Has something done before this process makes code of a text, whichever way.
 *
 * Every way goes through `eval` or through one of four constructors, which functions lead to.
 *
 * @param before May throw: then no code is made.
 */
export function gateCode(before: () => unknown): void {
  const kinds = [async () => {}, function* () {}, async function* () {}];
  const prototypes = kinds.map((it): object => getPrototypeOf(it));
  const gated = gate(Function, before);
  pin(Function.prototype, "constructor", gated);
  pin(globalThis, "Function", gated);
  for (const it of prototypes) {
    const original = it.constructor;
    setPrototypeOf(original, gated);
    pin(it, "constructor", gate(original, before));
  }
  pin(globalThis, "eval", gate(globalThis.eval, before));
}

// deno-lint-ignore ban-types
function gate(code: Function, before: () => unknown): Function {
  const gated = new Proxy(code, {
    __proto__: null,
    apply(_: unknown, self: unknown, args: unknown[]) {
      before();
      return apply(code, self, args);
    },
    // deno-lint-ignore ban-types
    construct(_: unknown, args: unknown[], target: Function) {
      before();
      return construct(code, args, target === gated ? code : target);
    },
  } as ProxyHandler<typeof code>);
  return gated;
}
