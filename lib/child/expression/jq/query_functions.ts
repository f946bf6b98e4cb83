import { Fault, quote } from "../fault.ts";
import { MAX_ITEMS } from "../limits.ts";
import { nearest } from "../../../source/nearest.ts";
import { parseJson } from "../parse_json.ts";
import { isEqual, isList, isMap, kindOf, mapOf, toJson, type Value } from "../value.ts";
import { order } from "./order.ts";
import { patternOf } from "../pattern_of.ts";
import type { Query } from "./query.ts";
import { add, holds, itemAt, itemsOf, numberOf } from "./items.ts";
import type { QueryScope } from "./run_query.ts";

type Run = (query: Query, input: Value, scope: QueryScope) => Generator<Value>;

/** A function of jq: its arguments are queries. */
export type QueryFunction = (
  input: Value,
  args: readonly Query[],
  scope: QueryScope,
  run: Run,
) => Iterable<Value>;

/** Functions by their name and number of arguments, as jq writes it: `map/1`. */
export const QUERY_FUNCTIONS: ReadonlyMap<string, QueryFunction> = new Map<string, QueryFunction>([
  ["empty/0", () => []],
  ["not/0", one((it) => !holds(it))],
  ["length/0", one(length)],
  ["utf8bytelength/0", one((it) => new TextEncoder().encode(textOf(it)).length)],
  ["keys/0", one((it) => isList(it) ? [...it.keys()] : Object.keys(mapIn(it)).sort())],
  ["keys_unsorted/0", one((it) => isList(it) ? [...it.keys()] : Object.keys(mapIn(it)))],
  ["values/0", (it) => it === null ? [] : [it]],
  [
    "add/0",
    one((it, { budget }) => itemsOf(it).reduce((sum, next) => add(sum, next, budget), null)),
  ],
  ["any/0", one((it) => itemsOf(it).some(holds))],
  ["all/0", one((it) => itemsOf(it).every(holds))],
  ["any/1", one1((it, test) => itemsOf(it).some((item) => holds(test(item))))],
  ["all/1", one1((it, test) => itemsOf(it).every((item) => holds(test(item))))],
  ["first/0", one((it) => itemAt(it, 0))],
  ["last/0", one((it) => itemAt(it, -1))],
  ["nth/1", one1((it, arg) => itemAt(it, arg(it)))],
  ["first/1", function* (it, [query], scope, run) {
    for (const found of run(query!, it, scope)) return yield found;
  }],
  ["last/1", (it, [query], scope, run) => [...run(query!, it, scope)].slice(-1)],
  ["limit/2", function* (it, [count, query], scope, run) {
    let left = numberOf([...run(count!, it, scope)][0] ?? 0);
    if (left <= 0) return;
    for (const found of run(query!, it, scope)) {
      yield found;
      if (--left <= 0) return;
    }
  }],
  ["range/1", (it, [to], scope, run) => range(0, valueOf(to!, it, scope, run), 1, scope)],
  [
    "range/2",
    (it, [from, to], scope, run) =>
      range(valueOf(from!, it, scope, run), valueOf(to!, it, scope, run), 1, scope),
  ],
  ["range/3", (it, [from, to, by], scope, run) =>
    range(
      valueOf(from!, it, scope, run),
      valueOf(to!, it, scope, run),
      numberOf(valueOf(by!, it, scope, run)),
      scope,
    )],
  ["select/1", function* (it, [query], scope, run) {
    for (const found of run(query!, it, scope)) if (holds(found)) yield it;
  }],
  [
    "map/1",
    (it, [query], scope, run) => [itemsOf(it).flatMap((item) => [...run(query!, item, scope)])],
  ],
  ["map_values/1", (it, [query], scope, run) => {
    const changed = (item: Value) => [...run(query!, item, scope)].slice(0, 1);
    if (isList(it)) return [it.flatMap(changed)];
    return [
      mapOf(
        entriesOf(it).flatMap(([key, item]) => changed(item).map((found) => [key, found] as const)),
      ),
    ];
  }],
  ["recurse/0", function* (it, _, { budget }) {
    const ahead: Value[] = [it];
    while (ahead.length > 0) {
      budget.spend();
      const next = ahead.pop()!;
      yield next;
      if (isList(next) || isMap(next)) ahead.push(...itemsOf(next).toReversed());
    }
  }],
  [
    "to_entries/0",
    one((it) => entriesOf(it).map(([key, value]) => mapOf([["key", key], ["value", value]]))),
  ],
  ["from_entries/0", one((it) => fromEntries(itemsOf(it)))],
  ["with_entries/1", (it, [query], scope, run) => {
    const entries = entriesOf(it).map(([key, value]) => mapOf([["key", key], ["value", value]]));
    return [fromEntries(entries.flatMap((entry) => [...run(query!, entry, scope)]))];
  }],
  [
    "has/1",
    one1((it, arg) => {
      const key = arg(it);
      if (isList(it)) return typeof key === "number" && key >= 0 && key < it.length;
      return typeof key === "string" && Object.hasOwn(mapIn(it), key);
    }),
  ],
  [
    "in/1",
    one1((it, arg) => {
      const of = arg(it);
      if (isList(of)) return typeof it === "number" && it >= 0 && it < of.length;
      return Object.hasOwn(mapIn(of), textOf(it));
    }),
  ],
  ["contains/1", one1((it, arg, scope) => contains(it, arg(it), scope))],
  ["inside/1", one1((it, arg, scope) => contains(arg(it), it, scope))],
  ["index/1", one1((it, arg) => indices(it, arg(it))[0] ?? null)],
  ["rindex/1", one1((it, arg) => indices(it, arg(it)).at(-1) ?? null)],
  ["indices/1", one1((it, arg) => indices(it, arg(it)))],
  ["del/1", (it, [query]) => [withoutPath(it, query!)]],
  ["type/0", one(typeOf)],
  ["tostring/0", one((it, { budget }) => typeof it === "string" ? it : toJson(it, budget, "keep"))],
  ["tonumber/0", one(toNumber)],
  ["tojson/0", one((it, { budget }) => toJson(it, budget, "keep"))],
  ["fromjson/0", one((it) => parseJson(it))],
  ["ascii_downcase/0", one((it) => textOf(it).replace(/[A-Z]+/g, (up) => up.toLowerCase()))],
  ["ascii_upcase/0", one((it) => textOf(it).replace(/[a-z]+/g, (low) => low.toUpperCase()))],
  [
    "split/1",
    one1((it, arg) => {
      const text = textOf(it);
      return text === "" ? [] : text.split(textOf(arg(it)));
    }),
  ],
  [
    "join/1",
    one1((it, arg, { budget }) => {
      const text = itemsOf(it).map((item) => item === null ? "" : scalar(item)).join(
        textOf(arg(it)),
      );
      budget.spendText(text.length);
      return text;
    }),
  ],
  ["startswith/1", one1((it, arg) => textOf(it).startsWith(textOf(arg(it))))],
  ["endswith/1", one1((it, arg) => textOf(it).endsWith(textOf(arg(it))))],
  [
    "ltrimstr/1",
    one1((it, arg) => {
      const cut = arg(it);
      return typeof it === "string" && typeof cut === "string" && it.startsWith(cut)
        ? it.slice(cut.length)
        : it;
    }),
  ],
  [
    "rtrimstr/1",
    one1((it, arg) => {
      const cut = arg(it);
      return typeof it === "string" && typeof cut === "string" && cut !== "" && it.endsWith(cut)
        ? it.slice(0, -cut.length)
        : it;
    }),
  ],
  ["explode/0", one((it) => [...textOf(it)].map((char) => char.codePointAt(0)!))],
  [
    "implode/0",
    one((it) => itemsOf(it).map((code) => String.fromCodePoint(numberOf(code))).join("")),
  ],
  ["test/1", one1((it, arg) => patternOf(textOf(arg(it))).test(textOf(it)))],
  ["test/2", (it, [pattern, flags], scope, run) => [
    patternOf(
      textOf(valueOf(pattern!, it, scope, run)),
      textOf(valueOf(flags!, it, scope, run)).includes("i") ? "i" : "",
    ).test(textOf(it)),
  ]],
  ["sub/2", (it, args, scope, run) => [substitute(it, args, "first", scope, run)]],
  ["gsub/2", (it, args, scope, run) => [substitute(it, args, "all", scope, run)]],
  ["sort/0", one((it) => listIn(it).toSorted(order))],
  [
    "reverse/0",
    one((it) =>
      typeof it === "string" ? [...it].reverse().join("") : listIn(it ?? []).toReversed()
    ),
  ],
  ["unique/0", one((it) => grouped(listIn(it), (item) => item).map(([, items]) => items[0]!))],
  ["min/0", one((it) => listIn(it).toSorted(order)[0] ?? null)],
  ["max/0", one((it) => listIn(it).toSorted(order).at(-1) ?? null)],
  ["sort_by/1", by((items, key) => grouped(items, key).flatMap(([, same]) => same))],
  ["group_by/1", by((items, key) => grouped(items, key).map(([, same]) => same))],
  ["unique_by/1", by((items, key) => grouped(items, key).map(([, same]) => same[0]!))],
  ["min_by/1", by((items, key) => grouped(items, key)[0]?.[1][0] ?? null)],
  ["max_by/1", by((items, key) => grouped(items, key).at(-1)?.[1].at(-1) ?? null)],
  ["flatten/0", one((it, scope) => flat(listIn(it), 64, scope))],
  ["flatten/1", one1((it, arg, scope) => flat(listIn(it), Math.min(numberOf(arg(it)), 64), scope))],
  [
    "transpose/0",
    one((it) => {
      const rows = listIn(it).map(listIn);
      const most = Math.max(0, ...rows.map((row) => row.length));
      return Array.from({ length: most }, (_, i) => rows.map((row) => row[i] ?? null));
    }),
  ],
  ["floor/0", one((it) => Math.floor(numberOf(it)))],
  ["ceil/0", one((it) => Math.ceil(numberOf(it)))],
  ["round/0", one((it) => Math.sign(numberOf(it)) * Math.round(Math.abs(numberOf(it))))],
  ["fabs/0", one((it) => Math.abs(numberOf(it)))],
  ["sqrt/0", one((it) => Math.sqrt(numberOf(it)))],
  ["error/0", (it) => {
    throw new Fault(typeof it === "string" ? it : "the query calls error");
  }],
  ["error/1", (it, [query], scope, run) => {
    throw new Fault(textOf(valueOf(query!, it, scope, run)));
  }],
  ...["strings", "numbers", "booleans", "arrays", "objects", "nulls", "iterables", "scalars"].map(
    (kind) => [`${kind}/0`, (it: Value) => isOf(kind, it) ? [it] : []] as const,
  ),
]);

/** @throws {Fault} Always. */
export function noSuchQueryFunction(name: string, args: number): never {
  const known = [...QUERY_FUNCTIONS.keys()];
  const near = known.find((it) => it.startsWith(`${name}/`)) ?? nearest(`${name}/${args}`, known);
  throw new Fault(
    `"${name}" of jq with ${args} arguments is not supported`,
    near === undefined ? undefined : `Did you mean "${near}"?`,
  );
}

function one(change: (input: Value, scope: QueryScope) => Value): QueryFunction {
  return (input, _, scope) => {
    if (isList(input)) scope.budget.spend(input.length);
    return [change(input, scope)];
  };
}

/** A function with one argument, of which the first result counts. */
function one1(
  change: (input: Value, arg: (of: Value) => Value, scope: QueryScope) => Value,
): QueryFunction {
  return (input, [query], scope, run) => [
    change(input, (of) => valueOf(query!, of, scope, run), scope),
  ];
}

function by(
  change: (items: readonly Value[], key: (item: Value) => Value) => Value,
): QueryFunction {
  return (input, [query], scope, run) => [
    change(listIn(input), (item) => [...run(query!, item, scope)]),
  ];
}

function valueOf(query: Query, input: Value, scope: QueryScope, run: Run): Value {
  const { value, done } = run(query, input, scope).next();
  return done ? null : value;
}

/** In order, with what has the same key together. */
function grouped(
  items: readonly Value[],
  key: (item: Value) => Value,
): readonly (readonly [Value, readonly Value[]])[] {
  const keyed = items.map((it) => [key(it), it] as const).sort(([a], [b]) => order(a, b));
  const groups: [Value, Value[]][] = [];
  for (const [at, it] of keyed) {
    const last = groups.at(-1);
    if (last !== undefined && order(last[0], at) === 0) last[1].push(it);
    else groups.push([at, [it]]);
  }
  return groups;
}

function* range(from: Value, to: Value, step: number, { budget }: QueryScope): Generator<Value> {
  const end = numberOf(to);
  if (step === 0) throw new Fault("a range needs a step");
  let count = 0;
  for (let at = numberOf(from); step > 0 ? at < end : at > end; at += step) {
    if (++count > MAX_ITEMS) throw new Fault(`a range has more than ${MAX_ITEMS} items`);
    budget.spend();
    yield at;
  }
}

function substitute(
  input: Value,
  [pattern, instead]: readonly Query[],
  which: "first" | "all",
  scope: QueryScope,
  run: Run,
): Value {
  const found = patternOf(textOf(valueOf(pattern!, input, scope, run)));
  const text = textOf(input);
  const result = found.replace(
    text,
    which,
    (groups) => textOf(valueOf(instead!, mapOf(groups), scope, run)),
  );
  scope.budget.spendText(result.length);
  return result;
}

function length(input: Value): Value {
  if (input === null) return 0;
  if (typeof input === "string") return [...input].length;
  if (typeof input === "number") return Math.abs(input);
  if (typeof input === "boolean") throw new Fault("a boolean has no length");
  return itemsOf(input).length;
}

function contains(of: Value, part: Value, scope: QueryScope): boolean {
  scope.budget.spend();
  if (typeof of === "string" && typeof part === "string") return of.includes(part);
  if (isList(of) && isList(part)) {
    return part.every((it) => of.some((other) => contains(other, it, scope)));
  }
  if (isMap(of) && isMap(part)) {
    return Object.entries(part).every(([key, it]) =>
      Object.hasOwn(of, key) && contains(of[key]!, it, scope)
    );
  }
  return isEqual(of, part, scope.budget);
}

function indices(of: Value, part: Value): number[] {
  const found: number[] = [];
  if (of === null) return found;
  if (isList(of)) {
    of.forEach((it, i) => order(it, part) === 0 && found.push(i));
    return found;
  }
  const [text, wanted] = [textOf(of), textOf(part)];
  if (wanted === "") return found;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) found.push(at);
  return found;
}

/** Only what is written out: `.a`, `.a.b`, `.[0]`, and these with commas. */
function withoutPath(input: Value, query: Query): Value {
  if (query.kind === "comma") return withoutPath(withoutPath(input, query.left), query.right);
  const path: (string | number)[] = [];
  let at: Query = query;
  for (; at.kind === "index"; at = at.of) {
    const key = at.key.kind === "literal" ? at.key.value : undefined;
    if (typeof key !== "string" && typeof key !== "number") break;
    path.unshift(key);
  }
  if (at.kind !== "identity" || path.length === 0) {
    throw new Fault('"del" of jq is supported for paths that are written out only: del(.a.b)');
  }
  return cut(input, path);
}

function cut(value: Value, [key, ...rest]: readonly (string | number)[]): Value {
  if (isMap(value) && typeof key === "string") {
    return mapOf(
      Object.entries(value).flatMap(([name, it]): [string, Value][] =>
        name !== key ? [[name, it]] : rest.length === 0 ? [] : [[name, cut(it, rest)]]
      ),
    );
  }
  if (isList(value) && typeof key === "number") {
    const index = key < 0 ? value.length + key : key;
    return value.flatMap((it, i) => i !== index ? [it] : rest.length === 0 ? [] : [cut(it, rest)]);
  }
  return value;
}

function entriesOf(input: Value): readonly (readonly [string, Value])[] {
  return Object.entries(mapIn(input));
}

function fromEntries(entries: readonly Value[]): Value {
  return mapOf(entries.map((it): [string, Value] => {
    const entry = mapIn(it);
    const name = ["key", "k", "name", "Name", "Key", "K"].find((at) => holds(entry[at] ?? null));
    const value = ["value", "v", "Value", "V"].find((at) => Object.hasOwn(entry, at));
    return [
      scalar(name === undefined ? null : entry[name]!),
      value === undefined ? null : entry[value]!,
    ];
  }));
}

function flat(items: readonly Value[], depth: number, scope: QueryScope): readonly Value[] {
  scope.budget.spend(items.length);
  return items.flatMap((it) => isList(it) && depth > 0 ? flat(it, depth - 1, scope) : [it]);
}

function toNumber(input: Value): Value {
  if (typeof input === "number") return input;
  const text = textOf(input);
  if (!/^\s*-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/.test(text)) {
    throw new Fault(`${quote(text)} is not a number`);
  }
  return Number(text);
}

function typeOf(value: Value): string {
  if (value === null) return "null";
  if (isList(value)) return "array";
  return typeof value;
}

function isOf(kind: string, value: Value): boolean {
  const isIterable = typeof value === "object" && value !== null;
  if (kind === "iterables") return isIterable;
  return kind === "scalars" ? !isIterable : `${typeOf(value)}s` === kind;
}

function scalar(value: Value): string {
  if (typeof value === "object" && value !== null) {
    throw new Fault(`it needs text, not ${kindOf(value)}`);
  }
  return String(value);
}

function textOf(value: Value): string {
  if (typeof value === "string") return value;
  throw new Fault(`it needs text, not ${kindOf(value)}`);
}

function listIn(value: Value): readonly Value[] {
  if (isList(value)) return value;
  throw new Fault(`it needs a list, not ${kindOf(value)}`);
}

function mapIn(value: Value): Readonly<Record<string, Value>> {
  if (isMap(value)) return value;
  throw new Fault(`it needs a map, not ${kindOf(value)}`);
}
