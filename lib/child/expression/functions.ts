import {
  ANY_NUMBER,
  type Arguments,
  type Callable,
  textArgument,
  wholeArgument,
} from "./callable.ts";
import type { Context } from "./context.ts";
import { DATE_PARAMETERS, formatMoment, zoneArgument } from "./date_filters.ts";
import { Fault, quote } from "./fault.ts";
import { makeRange } from "./make_range.ts";
import { nearest } from "../../source/nearest.ts";
import { parseJson } from "./parse_json.ts";
import { kindOf, type Value } from "./value.ts";

/** Functions of Kestra that we know and do not have. */
const THEIRS: ReadonlySet<string> = new Set(
  ("appLink block currentEachOutput decrypt encrypt errorLogs fetchContext fileEmpty fileExists " +
    "fileSize fileURI fromIon http i18n id isFileEmpty iterationOutput iterationOutputs " +
    "jsonDecode kestra ksuid kv loopOutputs nanoId outputFromIteration parent parentOutput " +
    "printContext randomPort read subflow tasksWithState yaml")
    .split(" "),
);

/** What can be called by name. */
export const FUNCTIONS: ReadonlyMap<string, Callable> = new Map([
  ["secret", define(["key"], secret)],
  ["now", define(DATE_PARAMETERS, now)],
  ["json", define(["json"], ([text]) => parseJson(text!))],
  ["fromJson", define(["json"], ([text]) => parseJson(text!))],
  ["uuid", define([], () => crypto.randomUUID())],
  ["randomInt", define(["lower", "upper"], randomInt)],
  ["max", define(ANY_NUMBER, (args) => Math.max(...numbers(args)))],
  ["min", define(ANY_NUMBER, (args) => Math.min(...numbers(args)))],
  [
    "range",
    define(
      ["start", "end", "increment?"],
      ([start, end, increment]) =>
        makeRange(start!, end!, wholeArgument("increment", increment ?? 1)),
    ),
  ],
  [
    "render",
    define(
      ["toRender", "recursive?"],
      ([value, recursive], context) =>
        context.render(value!, (recursive ?? true) === true ? "until-stable" : "once"),
    ),
  ],
  ["renderOnce", define(["toRender"], ([value], context) => context.render(value!, "once"))],
]);

function define(
  parameters: readonly string[],
  call: (args: Arguments, context: Context) => Value,
): Callable {
  return { parameters, call: (_, args, context) => call(args, context) };
}

/** @throws {Fault} Always: for a function that is not in {@linkcode FUNCTIONS}. */
export function noSuchFunction(name: string): never {
  if (THEIRS.has(name)) throw new Fault(`function "${name}" is not supported yet`);
  const near = nearest(name, [...FUNCTIONS.keys(), ...THEIRS]);
  const help = near === undefined
    ? `Functions are: ${[...FUNCTIONS.keys()].join(", ")}`
    : `Did you mean "${near}"?`;
  throw new Fault(`unknown function "${name}"`, help);
}

function secret([key]: Arguments, context: Context): string {
  const name = textArgument("key", key);
  let value: unknown;
  try {
    value = context.scope.secret(name);
  } catch (cause) {
    throw new Fault(
      cause instanceof Error ? cause.message : `cannot get ${quote(name)}`,
      undefined,
      {
        cause,
      },
    );
  }
  if (typeof value === "string") return value;
  throw new Fault(`${quote(name)} is not text`);
}

function now(args: Arguments, context: Context): string {
  const milliseconds = (context.scope.now?.() ?? new Date()).getTime();
  const moment = Temporal.Instant.fromEpochMilliseconds(milliseconds)
    .toZonedDateTimeISO(zoneArgument(args[1]));
  return formatMoment(moment, args);
}

function randomInt([lower, upper]: Arguments): number {
  const [from, to] = [wholeArgument("lower", lower), wholeArgument("upper", upper)];
  if (to < from) throw new Fault('"upper" is less than "lower"');
  return from + Math.floor(Math.random() * (to - from));
}

function numbers(args: Arguments): number[] {
  if (args.length === 0) throw new Fault("it needs at least one number");
  return args.map((it) => {
    if (typeof it === "number") return it;
    throw new Fault(`it needs numbers, not ${kindOf(it ?? null)}`);
  });
}
