import { type Arguments, type Callable, textArgument, wholeArgument } from "./callable.ts";
import type { Context } from "./context.ts";
import { Fault } from "./fault.ts";
import { isList, isMap, kindOf, mapOf, scalarText, toJson, type Value } from "./value.ts";

/** Filters over lists and maps. All give null for null. */
export const LIST_FILTERS: readonly (readonly [string, Callable])[] = [
  ["first", end((it) => it[0])],
  ["last", end((it) => it[it.length - 1])],
  ["join", list(["separator?"], join)],
  ["reverse", list([], (it) => it.toReversed())],
  ["sort", list([], (it) => sorted(it))],
  ["rsort", list([], (it) => sorted(it).reverse())],
  ["distinct", list([], distinct)],
  ["uniq", list([], distinct)],
  ["flatten", list([], (it) => it.flatMap((item) => isList(item) ? item : [item]))],
  ["chunk", list(["size"], chunk)],
  ["slice", define(["fromIndex?", "toIndex?"], slice)],
  ["keys", define([], (it) => isList(it) ? [...it.keys()] : Object.keys(map(it)))],
  ["values", define([], (it) => isList(it) ? it : Object.values(map(it)))],
  ["merge", define(["items"], (it, [items]) => merge(it, items ?? null))],
];

function define(
  parameters: readonly string[],
  change: (input: Value, args: Arguments, context: Context) => Value,
): Callable {
  return {
    parameters,
    call: (input, args, context) => input === null ? null : change(input, args, context),
  };
}

function list(
  parameters: readonly string[],
  change: (input: readonly Value[], args: Arguments, context: Context) => Value,
): Callable {
  return define(parameters, (input, args, context) => {
    if (isList(input)) return change(input, args, context);
    throw new Fault(`it needs a list, not ${kindOf(input)}`);
  });
}

function map(input: Value) {
  if (isMap(input)) return input;
  throw new Fault(`it needs a list or a map, not ${kindOf(input)}`);
}

/** The end of an empty list is null. */
function end(take: (items: readonly Value[] | string) => Value | undefined): Callable {
  return define([], (input) => {
    if (isList(input)) return take(input) ?? null;
    if (typeof input !== "string") throw new Fault(`it needs a list or text, not ${kindOf(input)}`);
    if (input === "") throw new Fault("the text is empty");
    return take(input) ?? null;
  });
}

function join(items: readonly Value[], [separator]: Arguments, { budget }: Context): string {
  const by = separator === undefined || separator === null
    ? ""
    : textArgument("separator", separator);
  const texts = items.map((it) => scalarText(it, "null"));
  budget.spendText(texts.reduce((sum, it) => sum + it.length + by.length, 0));
  return texts.join(by);
}

function sorted(items: readonly Value[]): Value[] {
  if (items.every((it) => typeof it === "number")) return items.toSorted((a, b) => a - b);
  if (items.every((it) => typeof it === "string")) {
    return items.toSorted((a, b) => a < b ? -1 : a > b ? 1 : 0);
  }
  throw new Fault("it needs numbers only or texts only");
}

function distinct(items: readonly Value[], _: Arguments, { budget }: Context): Value {
  const seen = new Set<string>();
  return items.filter((it) => {
    const json = toJson(it, budget, "keep");
    return !seen.has(json) && seen.add(json);
  });
}

function chunk(items: readonly Value[], [size]: Arguments): Value {
  const length = wholeArgument("size", size);
  if (length < 1) throw new Fault('"size" must be positive');
  return Array.from(
    { length: Math.ceil(items.length / length) },
    (_, i) => items.slice(i * length, (i + 1) * length),
  );
}

/** As Pebble: an index outside the input, or an empty slice, is an error. */
function slice(input: Value, [fromIndex, toIndex]: Arguments): Value {
  if (!isList(input) && typeof input !== "string") {
    throw new Fault(`it needs a list or text, not ${kindOf(input)}`);
  }
  const from = wholeArgument("fromIndex", fromIndex ?? 0);
  const to = wholeArgument("toIndex", toIndex ?? input.length);
  if (from < 0 || to > input.length || from > to || (from === to && toIndex !== undefined)) {
    throw new Fault(`${from} to ${to} is no part of a length of ${input.length}`);
  }
  return input.slice(from, to);
}

function merge(input: Value, items: Value): Value {
  if (isList(input) && isList(items)) return [...input, ...items];
  if (isMap(input) && isMap(items)) {
    return mapOf([...Object.entries(input), ...Object.entries(items)]);
  }
  throw new Fault(`it cannot merge ${kindOf(items)} into ${kindOf(input)}`);
}
