import type { Argument, BinaryOperator, Expression, Place } from "./ast.ts";
import { MAX_CHAIN, MAX_NESTING } from "./limits.ts";
import type { TokenReader } from "./token_reader.ts";
import type { Value } from "./value.ts";

/**
 * How tightly operators bind, as in Pebble 3 and Kestra's additions. The surprising ones: a
 * filter binds tighter than arithmetic but looser than `~`, and `??` tighter than both.
 */
const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ["or", 10],
  ["and", 15],
  ...["is", "contains"].map((it) => [it, 20] as const),
  ...["==", "equals", "!=", "<", ">", "<=", ">="].map((it) => [it, 30] as const),
  ...["+", "-"].map((it) => [it, 40] as const),
  ...["*", "/", "%"].map((it) => [it, 60] as const),
  ["|", 100],
  ["~", 110],
  ...["..", "??", "???", "isIn"].map((it) => [it, 120] as const),
]);
const UNARY = 500;

const CONSTANTS: ReadonlyMap<string, Value> = new Map([
  ["true", true],
  ["TRUE", true],
  ["false", false],
  ["FALSE", false],
  ["null", null],
  ["NULL", null],
  ["none", null],
  ["NONE", null],
]);
/** Words that cannot be the name of a variable. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...CONSTANTS.keys(),
  ...["or", "and", "is", "contains", "equals", "isIn", "not"],
]);

/**
 * Parses one expression, up to the first token that cannot belong to it.
 *
 * @throws {Fault} When it is not one, or nests too deep.
 */
export function parseExpression(tokens: TokenReader, nesting = 0): Expression {
  return new Parser(tokens, nesting).expression(0);
}

class Parser {
  #nesting: number;

  constructor(readonly tokens: TokenReader, nesting: number) {
    this.#nesting = nesting;
  }

  expression(least: number): Expression {
    if (++this.#nesting > MAX_NESTING) {
      throw this.tokens.fault(`it nests deeper than ${MAX_NESTING} levels`);
    }
    let left = this.#unary();
    for (let power; (power = this.#power()) !== undefined && power >= least;) {
      left = this.#operation(left, power);
    }
    if (least === 0 && this.tokens.skip("?")) left = this.#ternary(left);
    this.#nesting--;
    return left;
  }

  #power(): number | undefined {
    const { kind, text } = this.tokens.current;
    return kind === "mark" || kind === "name" ? PRECEDENCE.get(text) : undefined;
  }

  #operation(left: Expression, power: number): Expression {
    const operator = this.tokens.next().text;
    switch (operator) {
      case "|":
        return this.#filter(left);
      case "is":
        return this.#test(left);
    }
    const right = this.expression(power + 1);
    const place = this.#place(left.start, [left, right]);
    switch (operator) {
      case "and":
      case "or":
      case "??":
      case "???":
        return { kind: "logic", operator, left, right, ...place };
      case "equals":
        return { kind: "binary", operator: "==", left, right, ...place };
      default:
        return { kind: "binary", operator: operator as BinaryOperator, left, right, ...place };
    }
  }

  #filter(input: Expression): Expression {
    const name = this.tokens.name("a filter");
    const args = this.#arguments();
    return {
      kind: "filter",
      input,
      name,
      args,
      ...this.#place(input.start, [input, ...values(args)]),
    };
  }

  #test(input: Expression): Expression {
    const expected = !this.tokens.skip("not");
    const name = this.tokens.name("a test");
    const args = this.#arguments();
    return {
      kind: "test",
      input,
      name,
      expected,
      args,
      ...this.#place(input.start, [input, ...values(args)]),
    };
  }

  #ternary(condition: Expression): Expression {
    const yes = this.expression(0);
    this.tokens.expect(":");
    const no = this.expression(0);
    const place = this.#place(condition.start, [condition, yes, no]);
    return { kind: "ternary", condition, yes, no, ...place };
  }

  #unary(): Expression {
    const { start, text: operator, kind } = this.tokens.current;
    const unary = kind === "mark" ? operator === "+" || operator === "-" : operator === "not";
    if (!unary || kind === "text" || kind === "end") return this.#postfix(this.#primary());
    this.tokens.next();
    const operand = this.expression(UNARY);
    const place = this.#place(start, [operand]);
    return { kind: "unary", operator: operator as "not" | "+" | "-", operand, ...place };
  }

  #primary(): Expression {
    const { kind, text, start } = this.tokens.current;
    if (kind === "mark" && text === "(") {
      this.tokens.next();
      const inner = this.expression(0);
      this.tokens.expect(")");
      return inner;
    }
    if (kind === "mark" && text === "[") return this.#list();
    if (kind === "mark" && text === "{") return this.#map();
    if (kind === "text") return this.#literal(text);
    if (kind === "number") return this.#number(text);
    if (kind !== "name" || (RESERVED.has(text) && !CONSTANTS.has(text))) {
      throw this.tokens.unexpected("a value");
    }
    const constant = CONSTANTS.get(text);
    if (constant !== undefined) return this.#literal(constant);
    this.tokens.next();
    if (!this.tokens.at("(")) return { kind: "name", name: text, ...this.#place(start) };
    const args = this.#arguments();
    return { kind: "call", name: text, args, ...this.#place(start, values(args)) };
  }

  #literal(value: Value): Expression {
    const { start } = this.tokens.next();
    return { kind: "literal", value, ...this.#place(start) };
  }

  #number(text: string): Expression {
    const value = Number(text);
    if (text.includes(".")) return { ...this.#literal(value), form: "decimal" } as Expression;
    if (!Number.isSafeInteger(value)) throw this.tokens.fault("the number is beyond 2^53");
    return this.#literal(value);
  }

  #list(): Expression {
    const { start } = this.tokens.next();
    const items = this.#series("]", () => this.expression(0));
    return { kind: "list", items, ...this.#place(start, items) };
  }

  #map(): Expression {
    const { start } = this.tokens.next();
    const entries = this.#series("}", () => {
      const key = this.expression(0);
      this.tokens.expect(":");
      return [key, this.expression(0)] as const;
    });
    return { kind: "map", entries, ...this.#place(start, entries.flat()) };
  }

  #postfix(object: Expression): Expression {
    while (true) {
      if (this.tokens.skip(".")) {
        object = this.#member(object);
      } else if (this.tokens.skip("[")) {
        const key = this.expression(0);
        this.tokens.expect("]");
        object = { kind: "member", object, key, ...this.#place(object.start, [object, key]) };
      } else if (this.tokens.at("(")) {
        throw this.tokens.fault("only functions can be called, by their name");
      } else {
        return object;
      }
    }
  }

  #member(object: Expression): Expression {
    if (this.tokens.current.kind === "number") {
      throw this.tokens.fault(
        `a property cannot begin with a digit`,
        `Put it in brackets: [${this.tokens.current.text}]`,
      );
    }
    const start = this.tokens.current.start;
    const name = this.tokens.name("a property");
    const key: Expression = { kind: "literal", value: name, ...this.#place(start) };
    if (this.tokens.at("(")) {
      throw this.tokens.fault(`"${name}" cannot be called: values have no methods`);
    }
    return { kind: "member", object, key, ...this.#place(object.start, [object]) };
  }

  #arguments(): readonly Argument[] {
    if (!this.tokens.skip("(")) return [];
    let named = false;
    return this.#series(")", () => {
      const isNamed = this.tokens.current.kind === "name" && this.tokens.peek() === "=";
      if (named && !isNamed) throw this.tokens.unexpected("a named argument");
      named = isNamed;
      const name = isNamed ? this.tokens.name("an argument") : undefined;
      if (isNamed) this.tokens.expect("=");
      return { name, value: this.expression(0) };
    });
  }

  #series<T>(close: string, item: () => T): readonly T[] {
    const items: T[] = [];
    if (this.tokens.skip(close)) return items;
    do items.push(item()); while (this.tokens.skip(","));
    this.tokens.expect(close);
    return items;
  }

  #place(start: number, below: readonly Expression[] = []): Place {
    const depth = below.reduce((deepest, it) => Math.max(deepest, it.depth + 1), 0);
    if (depth > MAX_CHAIN) {
      throw this.tokens.fault(`it chains more than ${MAX_CHAIN} operators`);
    }
    return { start, end: this.tokens.behind, depth };
  }
}

function values(args: readonly Argument[]): readonly Expression[] {
  return args.map((it) => it.value);
}
