import type { Arguments, Callable } from "./callable.ts";
import type { Context } from "./context.ts";
import { Fault, quote } from "./fault.ts";
import { admit, isList, isMap, kindOf, type Value } from "./value.ts";

/** What knows in which round of which loops it is. */
export const LOOP_FUNCTIONS: readonly (readonly [string, Callable])[] = [
  ["currentEachOutput", {
    parameters: ["outputs"],
    call: (_, args, context) => currentEachOutput(args, context),
  }],
];

/**
 * Of the outputs of a task in loops, those of this round: by the values of the loops around, from the
 * outermost, and then by the own one.
 */
function currentEachOutput([outputs]: Arguments, { scope }: Context): Value {
  if (outputs === undefined || !isMap(outputs)) {
    throw new Fault(`"outputs" must be a map, not ${kindOf(outputs ?? null)}`);
  }
  const { parents } = scope.variables;
  const around = parents === undefined ? null : admit(parents);
  const values = (isList(around) ? around.toReversed() : [])
    .flatMap((it) => valueOf(memberOf(it, "taskrun")));
  const own = valueOf(admit(scope.variables.taskrun));
  if (own.length === 0) throw new Fault("it is not called in a loop");
  return [...values, ...own].reduce((at: Value, value) => {
    if (isMap(at) && Object.hasOwn(at, value)) return admit(at[value]);
    throw new Fault(`there are no outputs of the round ${quote(value)}`);
  }, outputs);
}

function memberOf(value: Value, name: string): Value {
  return isMap(value) && Object.hasOwn(value, name) ? admit(value[name]) : null;
}

function valueOf(taskrun: Value): readonly string[] {
  const value = memberOf(taskrun, "value");
  return value === null ? [] : [String(value)];
}
