import { Fault } from "../fault.ts";
import { add, holds, itemAt, itemsOf, numberOf } from "./items.ts";
import { admit, isEqual, isList, isMap, kindOf, mapOf, type Value } from "../value.ts";
import type { Budget } from "../limits.ts";
import { formatText } from "./format_text.ts";
import { noSuchQueryFunction, QUERY_FUNCTIONS } from "./query_functions.ts";
import { order } from "./order.ts";
import type { Query, QueryOperator } from "./query.ts";

/** What a query sees beside its input, and what it may spend. */
export interface QueryScope {
  readonly variables: ReadonlyMap<string, Value>;
  readonly budget: Budget;
}

/**
 * Runs a query on a value, and gives its results one after the other.
 *
 * @throws {Fault} When it fails for its input.
 */
export function* runQuery(query: Query, input: Value, scope: QueryScope): Generator<Value> {
  scope.budget.spend();
  switch (query.kind) {
    case "identity":
      yield input;
      return;
    case "literal":
      yield query.value;
      return;
    case "text":
      yield query.parts.map((it) =>
        typeof it === "string" ? it : formatText(query.format, only(it, input, scope), scope.budget)
      ).join("");
      return;
    case "format":
      yield formatText(query.format, input, scope.budget);
      return;
    case "index":
      for (const of of runQuery(query.of, input, scope)) {
        for (const key of runQuery(query.key, input, scope)) yield itemAt(of, key);
      }
      return;
    case "slice":
      for (const of of runQuery(query.of, input, scope)) {
        const [from, to] = [query.from, query.to].map((it) =>
          it === undefined ? undefined : bound(only(it, input, scope))
        );
        yield slice(of, from, to);
      }
      return;
    case "iterate":
      for (const of of runQuery(query.of, input, scope)) {
        for (const it of itemsOf(of)) {
          scope.budget.spend();
          yield admit(it);
        }
      }
      return;
    case "try":
      yield* tried(query, input, scope);
      return;
    case "list":
      yield query.body === undefined ? [] : [...runQuery(query.body, input, scope)];
      return;
    case "map":
      yield* maps(query.entries, input, scope);
      return;
    case "negative":
      for (const it of runQuery(query.of, input, scope)) yield -numberOf(it);
      return;
    case "pipe":
      for (const it of runQuery(query.left, input, scope)) yield* runQuery(query.right, it, scope);
      return;
    case "comma":
      yield* runQuery(query.left, input, scope);
      yield* runQuery(query.right, input, scope);
      return;
    case "alternative":
      yield* alternative(query.left, query.right, input, scope);
      return;
    case "and":
    case "or":
      for (const left of runQuery(query.left, input, scope)) {
        if (holds(left) === (query.kind === "or")) yield query.kind === "or";
        else for (const right of runQuery(query.right, input, scope)) yield holds(right);
      }
      return;
    case "binary":
      for (const right of runQuery(query.right, input, scope)) {
        for (const left of runQuery(query.left, input, scope)) {
          yield calculate(query.operator, left, right, scope.budget);
        }
      }
      return;
    case "if":
      for (const it of runQuery(query.condition, input, scope)) {
        yield* runQuery(holds(it) ? query.yes : query.no, input, scope);
      }
      return;
    case "reduce": {
      let value = only(query.start, input, scope);
      for (const it of runQuery(query.source, input, scope)) {
        let last: Value = null;
        for (const next of runQuery(query.update, value, withVariable(scope, query.name, it))) {
          last = next;
        }
        value = last;
      }
      yield value;
      return;
    }
    case "bind":
      for (const it of runQuery(query.source, input, scope)) {
        yield* runQuery(query.body, input, withVariable(scope, query.name, it));
      }
      return;
    case "variable": {
      const value = scope.variables.get(query.name);
      if (value === undefined) throw new Fault(`the query has no variable "$${query.name}"`);
      yield value;
      return;
    }
    case "call": {
      const found = QUERY_FUNCTIONS.get(`${query.name}/${query.args.length}`) ??
        noSuchQueryFunction(query.name, query.args.length);
      yield* found(input, query.args, scope, runQuery);
    }
  }
}

/** The first result: where one is needed and there are more, jq would go through all. */
function only(query: Query, input: Value, scope: QueryScope): Value {
  const { value, done } = runQuery(query, input, scope).next();
  if (done) throw new Fault("a part of the query gives nothing");
  return value;
}

function withVariable(scope: QueryScope, name: string, value: Value): QueryScope {
  return { ...scope, variables: new Map([...scope.variables, [name, value]]) };
}

function* tried(
  { body, otherwise }: Query & { kind: "try" },
  input: Value,
  scope: QueryScope,
): Generator<Value> {
  let message: string;
  try {
    yield* runQuery(body, input, scope);
    return;
  } catch (error) {
    // A limit is none of the query's own faults.
    if (!(error instanceof Fault) || / more than \d+ steps$/.test(error.message)) throw error;
    message = error.message;
  }
  if (otherwise !== undefined) yield* runQuery(otherwise, message, scope);
}

function* alternative(
  left: Query,
  right: Query,
  input: Value,
  scope: QueryScope,
): Generator<Value> {
  let isFound = false;
  for (const it of runQuery({ kind: "try", body: left }, input, scope)) {
    if (!holds(it)) continue;
    isFound = true;
    yield it;
  }
  if (!isFound) yield* runQuery(right, input, scope);
}

function* maps(
  [first, ...rest]: readonly (readonly [Query, Query])[],
  input: Value,
  scope: QueryScope,
): Generator<Value> {
  if (first === undefined) {
    yield mapOf([]);
    return;
  }
  const [keyQuery, valueQuery] = first;
  for (const key of runQuery(keyQuery, input, scope)) {
    if (typeof key !== "string") throw new Fault(`a key must be text, not ${kindOf(key)}`);
    for (const value of runQuery(valueQuery, input, scope)) {
      for (const others of maps(rest, input, scope)) {
        yield mapOf([[key, value], ...Object.entries(others as Record<string, Value>)]);
      }
    }
  }
}

function bound(value: Value): number | undefined {
  return value === null ? undefined : Math.trunc(numberOf(value));
}

function slice(of: Value, from: number | undefined, to: number | undefined): Value {
  if (of === null) return null;
  if (isList(of)) return of.slice(from, to);
  if (typeof of === "string") return [...of].slice(from, to).join("");
  throw new Fault(`${kindOf(of)} cannot be sliced`);
}

function calculate(operator: QueryOperator, left: Value, right: Value, budget: Budget): Value {
  switch (operator) {
    case "+":
      return add(left, right, budget);
    case "-":
      if (isList(left) && isList(right)) {
        return left.filter((it) => !right.some((other) => isEqual(it, other, budget)));
      }
      return numberOf(left) - numberOf(right);
    case "*":
      if (isMap(left) && isMap(right)) return mergeDeep(left, right, budget);
      return numberOf(left) * numberOf(right);
    case "/": {
      if (typeof left === "string" && typeof right === "string") return left.split(right);
      const by = numberOf(right);
      if (by === 0) throw new Fault("a division by zero");
      return numberOf(left) / by;
    }
    case "%": {
      const by = Math.trunc(numberOf(right));
      if (by === 0) throw new Fault("a division by zero");
      return Math.trunc(numberOf(left)) % by;
    }
    case "==":
    case "!=":
      return isEqual(left, right, budget) === (operator === "==");
    case "<":
      return order(left, right) < 0;
    case "<=":
      return order(left, right) <= 0;
    case ">":
      return order(left, right) > 0;
    case ">=":
      return order(left, right) >= 0;
  }
}

function mergeDeep(left: Value, right: Value, budget: Budget): Value {
  budget.spend();
  if (!isMap(left) || !isMap(right)) return right;
  return mapOf([
    ...Object.entries(left),
    ...Object.entries(right).map(([key, it]): [string, Value] => [
      key,
      Object.hasOwn(left, key) ? mergeDeep(left[key]!, it, budget) : it,
    ]),
  ]);
}
