import { type Arguments, type Callable, textArgument, wholeArgument } from "./callable.ts";
import type { Context } from "./context.ts";
import { Fault } from "./fault.ts";
import { MAX_ITEMS } from "./limits.ts";
import { replaceAll } from "./more_text_filters.ts";
import { patternOf } from "./pattern_of.ts";
import { plainPattern } from "./plain_pattern.ts";
import { isMap, kindOf, scalarText, type Value } from "./value.ts";

/** Filters over text. All give null for null. */
export const TEXT_FILTERS: readonly (readonly [string, Callable])[] = [
  ["upper", text([], (it) => it.toUpperCase())],
  ["lower", text([], (it) => it.toLowerCase())],
  ["trim", text([], (it) => it.trim())],
  ["capitalize", text([], (it) => it.replace(/\S/u, (first) => first.toUpperCase()))],
  ["title", text([], (it) => it.replace(/(?<!\S)\S/gu, (first) => first.toUpperCase()))],
  ["abbreviate", text(["length"], abbreviate)],
  ["truncate", text(["length"], abbreviate)],
  ["split", text(["delimiter", "limit?"], split)],
  ["replace", scalar(["replace_pairs", "regexp?"], replace)],
  ["slugify", scalar([], slugify)],
  ["substringBefore", cut("before", "first")],
  ["substringBeforeLast", cut("before", "last")],
  ["substringAfter", cut("after", "first")],
  ["substringAfterLast", cut("after", "last")],
  ["startsWith", scalar(["value"], (it, [value]) => it.startsWith(textArgument("value", value)))],
  ["endsWith", scalar(["value"], (it, [value]) => it.endsWith(textArgument("value", value)))],
  ["urlencode", text([], urlEncode)],
  ["urldecode", text([], urlDecode)],
  ["base64encode", text([], (it) => new TextEncoder().encode(it).toBase64())],
  ["base64decode", text([], base64Decode)],
];

type Change = (input: string, args: Arguments, context: Context) => Value;

function text(parameters: readonly string[], change: Change): Callable {
  return {
    parameters,
    call: (input, args, context) => {
      if (input === null) return null;
      if (typeof input !== "string") throw new Fault(`it needs text, not ${kindOf(input)}`);
      return change(input, args, context);
    },
  };
}

/** Takes numbers and booleans as well, as their text. */
function scalar(parameters: readonly string[], change: Change): Callable {
  return {
    parameters,
    call: (input, args, context) =>
      input === null ? null : change(scalarText(input), args, context),
  };
}

/** Pebble keeps a text that is shorter than `length`; three dots count. */
function abbreviate(input: string, [length]: Arguments): string {
  const most = wholeArgument("length", length);
  if (most < 0) throw new Fault('"length" must not be negative');
  if (input.length < most || input.length <= 3) return input;
  return most <= 3 ? input.slice(0, most) : `${input.slice(0, most - 3)}...`;
}

/** As Java: without a limit, empty texts at the end are dropped. */
function split(input: string, [delimiter, limit]: Arguments): Value {
  const pattern = textArgument("delimiter", delimiter);
  const by = plainPattern(pattern);
  const most = wholeArgument("limit", limit ?? 0);
  if (by === undefined && most > 0) {
    throw new Fault('"limit" is supported with a delimiter that is plain text only');
  }
  const parts = by === undefined ? patternOf(pattern).split(input) : input.split(by, MAX_ITEMS + 1);
  if (parts.length > MAX_ITEMS) throw new Fault(`there are more than ${MAX_ITEMS} parts`);
  if (most > 0 && by !== undefined && parts.length > most) {
    return [...parts.slice(0, most - 1), parts.slice(most - 1).join(by)];
  }
  if (most !== 0 || parts.length === 1) return parts;
  return parts.slice(0, parts.findLastIndex((it) => it !== "") + 1);
}

function replace(input: string, [pairs, regexp]: Arguments, { budget }: Context): string {
  if (pairs === undefined || !isMap(pairs)) {
    throw new Fault(`"replace_pairs" must be a map, not ${kindOf(pairs ?? null)}`);
  }
  return Object.entries(pairs).reduce((result, [from, to]) => {
    const instead = scalarText(to, "null");
    const wanted = regexp === true ? plainPattern(from) : from;
    if (wanted === undefined || (regexp === true && /[$\\]/.test(instead))) {
      budget.spendText(result.length);
      return replaceAll(result, from, instead, budget);
    }
    budget.spendText(result.length);
    const parts = result.split(wanted);
    budget.spend(parts.length);
    budget.spendText(result.length + parts.length * instead.length);
    return wanted === "" ? instead + parts.join(instead) + instead : parts.join(instead);
  }, input);
}

function slugify(input: string): string {
  return input.replace(/\s/g, "-").normalize("NFD").replace(/[^\w-]/g, "").replaceAll("_", "-")
    .replace(/-{2,}/g, "-").replace(/^-/, "").replace(/-$/, "").toLowerCase();
}

/** Without the separator, "before" gives all of the text and "after" nothing. */
function cut(side: "before" | "after", which: "first" | "last"): Callable {
  return scalar(["separator"], (input, [separator]) => {
    const by = textArgument("separator", separator);
    if (by === "") throw new Fault('"separator" must not be empty');
    const at = which === "first" ? input.indexOf(by) : input.lastIndexOf(by);
    if (side === "before") return at < 0 ? input : input.slice(0, at);
    return at < 0 ? "" : input.slice(at + by.length);
  });
}

/** As Java's `URLEncoder`: a form's encoding, with `+` for a space. */
function urlEncode(input: string): string {
  if (!input.isWellFormed()) throw new Fault("the text is not well formed");
  return encodeURIComponent(input).replaceAll("%20", "+")
    .replace(/[!'()~]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
}

function urlDecode(input: string): string {
  try {
    return decodeURIComponent(input.replaceAll("+", "%20"));
  } catch {
    throw new Fault("the text is not URL-encoded");
  }
}

function base64Decode(input: string): string {
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.fromBase64(input));
  } catch {
    throw new Fault("the text is not base64");
  }
}
