import { ASK_FUNCTIONS } from "./ask_functions.ts";
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
import { LOOP_FUNCTIONS } from "./loop_functions.ts";
import { makeRange } from "./make_range.ts";
import { nearest } from "../../source/nearest.ts";
import { parseJson } from "./parse_json.ts";
import { FILE_FUNCTIONS } from "./file_functions.ts";
import { kindOf, type Value } from "./value.ts";

const NO_NET = "what renders reaches no network; a task io.kestra.plugin.core.http.Request does";
const LOOP_2 = "outputs of rounds are read as outputs.task[value]";

/** Functions of Kestra that we know and do not have, and why. */
const THEIRS: ReadonlyMap<string, string> = new Map([
  ["http", NO_NET],
  ["appLink", "there are no apps here"],
  ["randomPort", "what renders opens no socket, so it cannot know which port is free"],
  ["encrypt", "there is no key to encrypt with here"],
  ["decrypt", "there is no key to decrypt with here"],
  ["fetchContext", "it would show all variables; name the one that is wanted"],
  ["printContext", "it would show all variables; name the one that is wanted"],
  ["yaml", "YAML is not read here; fromJson reads JSON"],
  ["subflow", "a task io.kestra.plugin.core.flow.Subflow runs a flow"],
  ["i18n", "there are no translations here"],
  ["block", "there are no templates to extend"],
  ["parent", "there are no templates to extend"],
  ["iterationOutput", LOOP_2],
  ["iterationOutputs", LOOP_2],
  ["loopOutputs", LOOP_2],
  ["outputFromIteration", LOOP_2],
]);

/** What can be called by name. */
export const FUNCTIONS: ReadonlyMap<string, Callable> = new Map([
  ["secret", define(["key"], secret)],
  ["now", define(DATE_PARAMETERS, now)],
  ["json", define(["json"], ([text]) => parseJson(text!))],
  ["fromJson", define(["json"], ([text]) => parseJson(text!))],
  ["jsonDecode", define(["json"], ([text]) => parseJson(text!))],
  ["fromIon", define(["ion", "allRows?"], fromIon)],
  ["uuid", define([], () => crypto.randomUUID())],
  ["id", define([], () => randomText(22, LETTERS))],
  ["nanoId", define(["length?", "alphabet?"], nanoId)],
  ["fileURI", define(["path"], fileUri)],
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
  ...ASK_FUNCTIONS,
  ...LOOP_FUNCTIONS,
  ...FILE_FUNCTIONS,
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
  const why = THEIRS.get(name);
  if (why !== undefined) throw new Fault(`function "${name}" is not supported: ${why}`);
  const near = nearest(name, FUNCTIONS.keys());
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

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Every letter as likely as the others; of no use as a password of many years. */
function randomText(length: number, letters: string): string {
  const bytes = crypto.getRandomValues(new Uint32Array(length));
  return Array.from(bytes, (it) => letters[it % letters.length]).join("");
}

function nanoId([length, alphabet]: Arguments): string {
  const count = wholeArgument("length", length ?? 21);
  const letters = textArgument("alphabet", alphabet ?? `${LETTERS}_-`);
  if (count < 1 || count > 1_000) throw new Fault('"length" must be from 1 to 1000');
  if (letters === "") throw new Fault('"alphabet" must not be empty');
  return randomText(count, letters);
}

/**
 * The first row of a file, or all: what of Ion is JSON, one value behind the other, a line each.
 *
 * Ion's own forms — symbols, timestamps, annotations — are refused.
 */
function fromIon([ion, allRows]: Arguments): Value {
  if (ion === null || ion === undefined) return null;
  const lines = textArgument("ion", ion).split("\n").filter((it) => it.trim() !== "");
  const wanted = allRows === true ? lines : lines.slice(0, 1);
  const rows = wanted.map((it) => {
    try {
      return parseJson(it);
    } catch (cause) {
      throw new Fault("a row is not JSON, which is all of Ion that is read here", undefined, {
        cause,
      });
    }
  });
  return allRows === true ? rows : rows[0] ?? null;
}

/** Of a file of the flow's namespace. */
function fileUri([path]: Arguments, { scope }: Context): string {
  const flow = scope.variables.flow as { readonly namespace?: unknown } | undefined;
  if (typeof flow?.namespace !== "string") throw new Fault("it is not known in which namespace");
  return `kestra:///${flow.namespace.replaceAll(".", "/")}/_files/${textArgument("path", path)}`;
}
