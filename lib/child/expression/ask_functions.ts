import type { Question } from "../../model/job.ts";
import { type Arguments, type Callable, textArgument } from "./callable.ts";
import type { Context } from "./context.ts";
import { Fault, quote } from "./fault.ts";
import { admit, type Value } from "./value.ts";

/** What asks the harness for what only it has: keys, and how the execution went. */
export const ASK_FUNCTIONS: readonly (readonly [string, Callable])[] = [
  ["kv", define(["key", "namespace?", "errorOnMissing?"], kv)],
  ["errorLogs", define([], (_, context) => ask(context, { about: "execution", do: "errorLogs" }))],
  ["tasksWithState", define(["state"], tasksWithState)],
];

function define(
  parameters: readonly string[],
  call: (args: Arguments, context: Context) => Value,
): Callable {
  return { parameters, call: (_, args, context) => call(args, context) };
}

/**
 * Asks, and pays for the answer.
 *
 * @throws {Fault} With the harness's reason, where it refuses.
 */
export function ask({ scope, budget }: Context, question: Question): Value {
  if (scope.ask === undefined) throw new Fault("there is nobody here to ask");
  budget.spend(ASKING);
  try {
    return admit(scope.ask(question));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault(cause instanceof Error ? cause.message : String(cause), undefined, { cause });
  }
}

/** Of the steps of a rendering: no more than 1,000 questions. */
const ASKING = 1_000;

/** As in Kestra a key that is not there is an error, unless that is not wanted. */
function kv([key, namespace, errorOnMissing]: Arguments, context: Context): Value {
  const name = textArgument("key", key);
  const value = ask(context, {
    about: "kv",
    do: "get",
    key: name,
    ...(namespace != null && { namespace: textArgument("namespace", namespace) }),
  });
  if (value !== null || errorOnMissing === false) return value;
  // As in Kestra `??` forgives names that are not there, and no keys.
  throw new Fault(`there is no key ${quote(name)}`, "Set it before, or give errorOnMissing=false");
}

function tasksWithState([state]: Arguments, context: Context): Value {
  const name = textArgument("state", state).toUpperCase();
  return ask(context, { about: "execution", do: "tasksWithState", state: name });
}
