import type { Argument, Expression } from "./ast.ts";
import { bindArguments, type Callable } from "./callable.ts";
import type { Context } from "./context.ts";
import { Fault, Missing } from "./fault.ts";
import { FILTERS, noSuchFilter } from "./filters.ts";
import { FUNCTIONS, noSuchFunction } from "./functions.ts";
import { lookUp, readMember } from "./look_up.ts";
import { applyOperator, type Division, toBoolean } from "./operators.ts";
import { nearest } from "../../source/nearest.ts";
import { TESTS } from "./tests.ts";
import { isList, isMap, mapOf, scalarText, type Value } from "./value.ts";

/**
 * Computes the value of an expression.
 *
 * @throws {Fault} When it has none; its offset is that of the innermost part at fault.
 */
export function evaluate(node: Expression, context: Context): Value {
  try {
    context.budget.spend();
    const value = compute(node, context);
    if (typeof value === "string") context.budget.spendText(value.length);
    else if (isList(value) && MAKERS.has(node.kind)) context.budget.spend(value.length);
    return value;
  } catch (error) {
    if (error instanceof Fault) error.offset ??= node.start;
    throw error;
  }
}

/** What a filter pays for looking through a list or map. */
const ITEMS_PER_STEP = 16;
/** The kinds of nodes that make a list, rather than find one. */
const MAKERS: ReadonlySet<Expression["kind"]> = new Set(["list", "binary", "filter", "call"]);

function compute(node: Expression, context: Context): Value {
  switch (node.kind) {
    case "literal":
      return node.value;
    case "name":
      return lookUp(node, context);
    case "member":
      return member(node, context);
    case "list":
      return node.items.map((it) => evaluate(it, context));
    case "map":
      return mapOf(node.entries.map(([key, value]) => [
        mapKey(key, context),
        evaluate(value, context),
      ]));
    case "call":
      return call(
        `function "${node.name}"`,
        FUNCTIONS.get(node.name) ?? noSuchFunction(node.name),
        null,
        node.args,
        context,
      );
    case "filter":
      return filter(node, context);
    case "test":
      return test(node, context);
    case "unary":
      return unary(node, context);
    case "binary":
      return applyOperator(
        node.operator,
        evaluate(node.left, context),
        evaluate(node.right, context),
        node.operator === "/" ? divisionOf(node.left, node.right) : "unknown",
        context.budget,
      );
    case "logic":
      return logic(node, context);
    case "ternary": {
      const condition = evaluate(node.condition, context);
      const chosen = condition !== null && toBoolean(condition, '"?"') ? node.yes : node.no;
      return evaluate(chosen, context);
    }
  }
}

/** Gives `null` instead of a fault when a name, property or index is not there. */
function tolerant(node: Expression, context: Context): Value {
  try {
    return evaluate(node, context);
  } catch (error) {
    if (error instanceof Missing) return null;
    throw error;
  }
}

function member(node: Expression & { kind: "member" }, context: Context): Value {
  const object = evaluate(node.object, context);
  const key = evaluate(node.key, context);
  try {
    return readMember(object, key, node, context.source);
  } catch (error) {
    if (error instanceof Fault) error.offset ??= node.key.start;
    throw error;
  }
}

function mapKey(node: Expression, context: Context): string {
  try {
    return scalarText(evaluate(node, context));
  } catch (error) {
    if (error instanceof Missing && node.kind === "name") {
      throw new Missing(error.message, `For the text, quote the key: '${node.name}'`, {
        offset: node.start,
      });
    }
    throw error;
  }
}

function filter(node: Expression & { kind: "filter" }, context: Context): Value {
  const found = FILTERS.get(node.name) ?? noSuchFilter(node.name);
  const input = node.name === "default"
    ? tolerant(node.input, context)
    : evaluate(node.input, context);
  return call(`filter "${node.name}"`, found, input, node.args, context);
}

function test(node: Expression & { kind: "test" }, context: Context): Value {
  const found = TESTS.get(node.name);
  if (found === undefined) {
    const near = nearest(node.name, TESTS.keys());
    throw new Fault(
      `unknown test "${node.name}"`,
      near === undefined ? `Tests are: ${[...TESTS.keys()].join(", ")}` : `Did you mean "${near}"?`,
    );
  }
  const input = node.name === "defined"
    ? tolerant(node.input, context)
    : evaluate(node.input, context);
  return call(`test "${node.name}"`, found, input, node.args, context) === node.expected;
}

function call(
  what: string,
  callable: Callable,
  input: Value,
  args: readonly Argument[],
  context: Context,
): Value {
  const given = args.map((it) => ({ name: it.name, value: evaluate(it.value, context) }));
  if (isList(input)) context.budget.spend(input.length / ITEMS_PER_STEP);
  else if (isMap(input)) context.budget.spend(Object.keys(input).length / ITEMS_PER_STEP);
  try {
    return callable.call(input, bindArguments(what, callable.parameters, given), context);
  } catch (error) {
    if (!(error instanceof Fault) || error.message.startsWith(what)) throw error;
    throw new Fault(`${what}: ${error.message}`, error.help, { cause: error.cause });
  }
}

function unary(node: Expression & { kind: "unary" }, context: Context): Value {
  const operand = evaluate(node.operand, context);
  if (node.operator === "not") return !toBoolean(operand, '"not"');
  const sign = node.operator === "-" ? -1 : 1;
  return applyOperator("*", sign, operand, "unknown", context.budget);
}

function logic(node: Expression & { kind: "logic" }, context: Context): Value {
  switch (node.operator) {
    case "and":
      return toBoolean(evaluate(node.left, context), '"and"') &&
        toBoolean(evaluate(node.right, context), '"and"');
    case "or":
      return toBoolean(evaluate(node.left, context), '"or"') ||
        toBoolean(evaluate(node.right, context), '"or"');
    case "??":
      return tolerant(node.left, context) ?? evaluate(node.right, context);
    case "???":
      try {
        return evaluate(node.left, context);
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
        return evaluate(node.right, context);
      }
  }
}

/** What the template itself says of the numbers of a division. */
function divisionOf(left: Expression, right: Expression): Division {
  const kinds = [numberKind(left), numberKind(right)];
  if (kinds.includes("decimal")) return "decimal";
  return kinds.includes("unknown") ? "unknown" : "whole";
}

function numberKind(node: Expression): Division {
  switch (node.kind) {
    case "literal":
      return node.form ?? "whole";
    case "unary":
      return numberKind(node.operand);
    case "binary":
      return divisionOf(node.left, node.right);
    case "filter":
      return node.name === "length" ? "whole" : "unknown";
    default:
      return "unknown";
  }
}
