import { type Arguments, type Callable, textArgument, wholeArgument } from "./callable.ts";
import type { Context } from "./context.ts";
import * as digests from "./digests.ts";
import { Fault, quote } from "./fault.ts";
import { numberFormat } from "./number_format.ts";
import { patternOf } from "./pattern_of.ts";
import { isList, isMap, kindOf, mapOf, scalarText, type Value } from "./value.ts";
import { toYaml } from "./to_yaml.ts";

/** Filters that write a text anew: digests, indents, escapes, patterns, numbers. */
export const MORE_TEXT_FILTERS: readonly (readonly [string, Callable])[] = [
  ...(["md5", "sha1", "sha256", "sha512"] as const).map((name) =>
    [name, define([], (it, _, context) => digest(name, it, context))] as const
  ),
  [
    "indent",
    define(["amount", "prefix?"], (it, args, { budget }) => {
      const { text, line, prefix } = indented(it, args);
      const result = text.replaceAll(line, line + prefix);
      budget.spendText(result.length);
      return result;
    }),
  ],
  [
    "nindent",
    define(["amount", "prefix?"], (it, args, { budget }) => {
      const { text, line, prefix } = indented(it, args);
      const result = text === "" ? "" : (line + text).replaceAll(line, line + prefix);
      budget.spendText(result.length);
      return result;
    }),
  ],
  [
    "escapeChar",
    define(
      ["type"],
      (it, [type], context) => escapeDeep(it, escapeOf(textArgument("type", type)), context),
    ),
  ],
  ["nl2br", define([], (it) => scalarText(it).replace(/\r\n|\n/g, "<br />"))],
  ["escape", define(["strategy?"], escape)],
  ["regexMatch", {
    parameters: ["regex"],
    call: (it, [regex]) =>
      it !== null && patternOf(textArgument("regex", regex)).test(scalarText(it)),
  }],
  [
    "regexReplace",
    define(["regex", "replacement"], (it, [regex, replacement], { budget }) =>
      replaceAll(
        scalarText(it),
        textArgument("regex", regex),
        textArgument("replacement", replacement),
        budget,
      )),
  ],
  [
    "regexExtract",
    define(["regex", "group?"], (it, [regex, group]) => {
      const found = patternOf(textArgument("regex", regex)).find(scalarText(it));
      const at = wholeArgument("group", group ?? 0);
      if (found !== undefined && (at < 0 || at >= found.length)) {
        throw new Fault(`there is no group ${at}`);
      }
      return found?.[at] ?? null;
    }),
  ],
  ["numberformat", define(["format?"], numberformat)],
  ["numberFormat", define(["format?"], numberformat)],
  ["format", { parameters: ["a?", "b?", "c?", "d?", "e?", "f?"], call: format }],
  ["className", define([], className)],
  ["yaml", { parameters: [], call: (it, _, { budget }) => toYaml(it, budget) }],
];

function define(
  parameters: readonly string[],
  change: (input: Exclude<Value, null>, args: Arguments, context: Context) => Value,
): Callable {
  return {
    parameters,
    call: (input, args, context) => input === null ? null : change(input, args, context),
  };
}

function digest(
  name: "md5" | "sha1" | "sha256" | "sha512",
  input: Value,
  { budget }: Context,
): string {
  if (typeof input !== "string") throw new Fault(`it needs text, not ${kindOf(input)}`);
  budget.spend(input.length);
  return digests[name](input);
}

function indented(input: Value, [amount, prefix]: Arguments) {
  const text = scalarText(input);
  const count = wholeArgument("amount", amount);
  if (count < 0 || count > 1_000) throw new Fault('"amount" must be from 0 to 1000');
  const line = ["\r\n", "\n\r", "\n", "\r"].find((it) => text.includes(it)) ?? "\n";
  return { text, line, prefix: textArgument("prefix", prefix ?? " ").repeat(count) };
}

type Escape = (text: string) => string;

function escapeOf(type: string): Escape {
  switch (type.toLowerCase()) {
    case "single":
      return (it) => it.replaceAll("'", "\\'");
    case "double":
      return (it) => it.replaceAll('"', '\\"');
    case "shell":
      return (it) => it.replaceAll("'", "'\\''");
  }
  throw new Fault(`unknown type ${quote(type)}`, "Types are: single, double, shell");
}

/** Other values become texts, as in Kestra. */
function escapeDeep(value: Value, change: Escape, context: Context): Value {
  context.budget.spend();
  if (isList(value)) return value.map((it) => escapeDeep(it, change, context));
  if (isMap(value)) {
    return mapOf(Object.entries(value).map(([key, it]) => [key, escapeDeep(it, change, context)]));
  }
  const text = change(scalarText(value, "null"));
  context.budget.spendText(text.length);
  return text;
}

const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

function escape(input: Value, [strategy]: Arguments): string {
  const name = strategy === undefined ? "html" : textArgument("strategy", strategy);
  if (name !== "html") throw new Fault(`the strategy ${quote(name)} is not supported`);
  return scalarText(input).replace(/[&<>"']/g, (it) => HTML[it]!);
}

/** Replaces as Java does: `$1` and `${name}` are groups, a backslash takes the next letter as it is. */
export function replaceAll(
  text: string,
  regex: string,
  replacement: string,
  budget: Context["budget"],
): string {
  const result = patternOf(regex).replace(text, "all", (groups) => {
    const byName = new Map(groups);
    return replacement.replace(
      /\\(.)|\$\{(\w+)\}|\$(\d)|[\\$]/gsu,
      (found, plain?: string, name?: string, number?: string) => {
        if (plain !== undefined) return plain;
        const group = name ?? number;
        if (group === undefined) throw new Fault(`"${found}" in the replacement leads nowhere`);
        if (!byName.has(group)) throw new Fault(`there is no group "${group}"`);
        return byName.get(group) ?? "";
      },
    );
  });
  budget.spendText(result.length);
  return result;
}

function numberformat(input: Value, [pattern]: Arguments): string {
  if (typeof input !== "number") throw new Fault(`it needs a number, not ${kindOf(input)}`);
  return numberFormat(input, pattern === undefined ? "#,##0.###" : textArgument("format", pattern));
}

/** Java's `String.format`, as far as `%s`, `%d` and `%.2f` go. */
function format(input: Value, args: Arguments, { budget }: Context): Value {
  if (input === null) return null;
  const ahead = args.filter((it) => it !== undefined).values();
  const text = scalarText(input).replace(/%(?:%|n|(0?)(\d{1,3})?(?:\.(\d{1,2}))?([a-zA-Z]))/g, (
    found,
    zero: string | undefined,
    width?: string,
    digits?: string,
    kind?: string,
  ) => {
    if (found === "%%") return "%";
    if (found === "%n") return "\n";
    const next = ahead.next();
    if (next.done) throw new Fault(`there is no value for "${found}"`);
    return formatted(found, next.value, kind!, digits).padStart(
      Number(width ?? 0),
      zero === "0" && kind !== "s" ? "0" : " ",
    );
  });
  budget.spendText(text.length);
  return text;
}

function formatted(found: string, value: Value, kind: string, digits?: string): string {
  if (kind === "s") {
    const text = scalarText(value, "null");
    return digits === undefined ? text : text.slice(0, Number(digits));
  }
  if (typeof value !== "number") throw new Fault(`"${found}" needs a number, not ${kindOf(value)}`);
  if (kind === "d" && digits === undefined && Number.isInteger(value)) return String(value);
  if (kind === "f") return value.toFixed(Number(digits ?? 6));
  throw new Fault(`"${found}" is not supported for ${value}`);
}

function className(input: Value): string {
  switch (typeof input) {
    case "string":
      return "java.lang.String";
    case "boolean":
      return "java.lang.Boolean";
    case "number":
      if (!Number.isInteger(input)) return "java.lang.Double";
      return Math.abs(input) < 2 ** 31 ? "java.lang.Integer" : "java.lang.Long";
    default:
      return isList(input) ? "java.util.ArrayList" : "java.util.LinkedHashMap";
  }
}
