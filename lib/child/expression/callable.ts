import type { Context } from "./context.ts";
import { Fault, listNames } from "./fault.ts";
import { kindOf, type Value } from "./value.ts";

/** The arguments of one call in the order of the parameters; `undefined` is one left out. */
export type Arguments = readonly (Value | undefined)[];

/** A function, filter or test. It lives in a `Map` of its kind and is never a value. */
export interface Callable<Result extends Value = Value> {
  /** In the order of positional arguments. `?` ends one that may be left out. */
  readonly parameters: readonly string[];
  /** @param input What stands left of `|` or `is`; `null` for a function. */
  readonly call: (input: Value, args: Arguments, context: Context) => Result;
}

/** Arguments evaluated, with the names they were given. */
export type GivenArguments = readonly {
  readonly name: string | undefined;
  readonly value: Value;
}[];

/** Parameters of a callable that takes any number of arguments, without names. */
export const ANY_NUMBER: readonly string[] = ["…"];

/**
 * Brings arguments in the order of the parameters.
 *
 * @param what For messages: `filter "date"`.
 * @throws {Fault} On too many, an unknown or repeated name, or a missing argument.
 */
export function bindArguments(
  what: string,
  parameters: readonly string[],
  given: GivenArguments,
): Arguments {
  const names = parameters.map((it) => it.replace("?", ""));
  if (parameters === ANY_NUMBER) {
    if (given.some((it) => it.name !== undefined)) {
      throw new Fault(`${what} takes no named arguments`);
    }
    return given.map((it) => it.value);
  }
  const bound: (Value | undefined)[] = names.map(() => undefined);
  for (const [position, { name, value }] of given.entries()) {
    const at = name === undefined ? position : names.indexOf(name);
    if (at < 0 || at >= names.length) {
      const excess = name === undefined
        ? `${what} takes ${names.length === 0 ? "no arguments" : `at most ${names.length}`}`
        : `${what} has no argument "${name}"`;
      throw new Fault(excess, names.length === 0 ? undefined : `It takes: ${listNames(names)}`);
    }
    if (bound[at] !== undefined) throw new Fault(`${what} got "${names[at]}" twice`);
    bound[at] = value;
  }
  const missing = parameters.find((it, i) => !it.endsWith("?") && bound[i] === undefined);
  if (missing !== undefined) throw new Fault(`${what} needs an argument "${missing}"`);
  return bound;
}

/** @throws {Fault} When the argument is not text. */
export function textArgument(name: string, value: Value | undefined): string {
  if (typeof value === "string") return value;
  throw new Fault(`"${name}" must be text, not ${kindOf(value ?? null)}`);
}

/** @throws {Fault} When the argument is not a whole number. */
export function wholeArgument(name: string, value: Value | undefined): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new Fault(`"${name}" must be a whole number, not ${kindOf(value ?? null)}`);
}
