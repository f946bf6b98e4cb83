import { Fault } from "../fault.ts";
import type { Query, QueryOperator } from "./query.ts";

/** The deepest that a query may nest, its pipes counted. */
const MAX_DEPTH = 128;

const SPACE = /(?:\s|#[^\n]*)*/y;
const NAME = /[A-Za-z_]\w*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const FORMAT = /@[a-z0-9]+/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
};

const IDENTITY: Query = { kind: "identity" };
/** Words of jq's grammar that there is nothing for here. */
const THEIRS = ["def", "foreach", "label", "break", "import", "include"];
const UPDATES = ["|=", "+=", "-=", "*=", "/=", "//=", "%="];
const COMPARISONS: readonly QueryOperator[] = ["==", "!=", "<=", ">=", "<", ">"];

/**
 * Parses a query of jq 1.6: all of its grammar but assignments, functions of one's own, `foreach`,
 * patterns behind `as`, and modules, which are refused by name.
 *
 * @throws {Fault} When it is none, or more than is supported.
 */
export function parseQuery(text: string): Query {
  const parser = new Parser(text);
  const query = parser.pipe();
  parser.done();
  return query;
}

class Parser {
  #at = 0;
  #depth = 0;

  constructor(readonly text: string) {}

  done(): void {
    this.#space();
    if (this.#at < this.text.length) throw this.#unexpected();
  }

  pipe(): Query {
    if (++this.#depth > MAX_DEPTH) throw new Fault(`the query nests deeper than ${MAX_DEPTH}`);
    try {
      const left = this.#comma();
      if (this.#word("as")) {
        const name = this.#variable();
        if (!this.#mark("|")) throw this.#unexpected('"|"');
        return { kind: "bind", source: left, name, body: this.pipe() };
      }
      return this.#mark("|") ? { kind: "pipe", left, right: this.pipe() } : left;
    } finally {
      this.#depth--;
    }
  }

  #comma(): Query {
    let left = this.#alternative();
    while (this.#mark(",")) left = { kind: "comma", left, right: this.#alternative() };
    return left;
  }

  #alternative(): Query {
    const left = this.#or();
    const update = UPDATES.find((it) => this.#sees(it)) ??
      (this.#sees("=") && !this.#sees("==") ? "=" : undefined);
    if (update !== undefined) throw new Fault(`"${update}" of jq is not supported`);
    if (!this.#mark("//")) return left;
    return { kind: "alternative", left, right: this.#alternative() };
  }

  #or(): Query {
    let left = this.#and();
    while (this.#word("or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Query {
    let left = this.#comparison();
    while (this.#word("and")) left = { kind: "and", left, right: this.#comparison() };
    return left;
  }

  #comparison(): Query {
    const left = this.#sum();
    const operator = COMPARISONS.find((it) => this.#mark(it));
    return operator === undefined ? left : { kind: "binary", operator, left, right: this.#sum() };
  }

  #sum(): Query {
    let left = this.#product();
    for (let operator; (operator = this.#operator("+", "-")) !== undefined;) {
      left = { kind: "binary", operator, left, right: this.#product() };
    }
    return left;
  }

  #product(): Query {
    let left = this.#postfix();
    for (let operator; (operator = this.#operator("*", "/", "%")) !== undefined;) {
      left = { kind: "binary", operator, left, right: this.#postfix() };
    }
    return left;
  }

  #operator(...operators: readonly QueryOperator[]): QueryOperator | undefined {
    if (this.#sees("//") || UPDATES.some((it) => this.#sees(it))) return undefined;
    return operators.find((it) => this.#mark(it));
  }

  #postfix(): Query {
    let query = this.#primary();
    while (true) {
      if (this.#mark("?")) query = { kind: "try", body: query };
      else if (this.#sees("..")) throw this.#unexpected();
      else if (this.#mark(".")) {
        query = this.#sees("[") ? query : { kind: "index", of: query, key: this.#field() };
      } else if (this.#mark("[")) query = this.#bracket(query);
      else return query;
    }
  }

  /** What stands behind a dot: a name, or a text. */
  #field(): Query {
    const name = this.#match(NAME);
    if (name !== "") return { kind: "literal", value: name };
    if (this.text[this.#at] === '"') return this.#text("text");
    throw this.#unexpected("a name");
  }

  #bracket(of: Query): Query {
    if (this.#mark("]")) return { kind: "iterate", of };
    const from = this.#sees(":") ? undefined : this.pipe();
    if (this.#mark(":")) {
      const to = this.#sees("]") ? undefined : this.pipe();
      this.#expect("]");
      return { kind: "slice", of, ...(from && { from }), ...(to && { to }) };
    }
    this.#expect("]");
    return { kind: "index", of, key: from! };
  }

  #primary(): Query {
    this.#space();
    if (this.#mark("(")) {
      const query = this.pipe();
      this.#expect(")");
      return query;
    }
    if (this.#mark("..")) return { kind: "call", name: "recurse", args: [] };
    const number = this.#match(NUMBER);
    if (number !== "") return { kind: "literal", value: Number(number) };
    if (this.#mark(".")) {
      const next = this.text[this.#at] ?? "";
      return /[A-Za-z_"]/.test(next)
        ? { kind: "index", of: IDENTITY, key: this.#field() }
        : IDENTITY;
    }
    if (this.#sees('"')) return this.#text("text");
    const format = this.#match(FORMAT);
    if (format !== "") {
      return this.#sees('"')
        ? this.#text(format.slice(1))
        : { kind: "format", format: format.slice(1) };
    }
    if (this.#sees("$")) return { kind: "variable", name: this.#variable() };
    if (this.#mark("[")) {
      if (this.#mark("]")) return { kind: "list" };
      const body = this.pipe();
      this.#expect("]");
      return { kind: "list", body };
    }
    if (this.#mark("{")) return this.#map();
    if (this.#mark("-")) return { kind: "negative", of: this.#postfix() };
    const name = this.#match(NAME);
    if (name === "") throw this.#unexpected("a value");
    return this.#named(name);
  }

  #named(name: string): Query {
    if (THEIRS.includes(name)) throw new Fault(`"${name}" of jq is not supported`);
    switch (name) {
      case "true":
      case "false":
        return { kind: "literal", value: name === "true" };
      case "null":
        return { kind: "literal", value: null };
      case "if":
        return this.#if();
      case "try": {
        const body = this.#postfix();
        const caught = this.#word("catch") ? this.#postfix() : undefined;
        return { kind: "try", body, ...(caught && { otherwise: caught }) };
      }
      case "reduce": {
        const source = this.#postfix();
        if (!this.#word("as")) throw this.#unexpected('"as"');
        const variable = this.#variable();
        this.#expect("(");
        const start = this.pipe();
        this.#expect(";");
        const update = this.pipe();
        this.#expect(")");
        return { kind: "reduce", source, name: variable, start, update };
      }
    }
    const args: Query[] = [];
    if (this.#mark("(")) {
      do args.push(this.pipe()); while (this.#mark(";"));
      this.#expect(")");
    }
    return { kind: "call", name, args };
  }

  #if(): Query {
    const condition = this.pipe();
    if (!this.#word("then")) throw this.#unexpected('"then"');
    const yes = this.pipe();
    if (this.#word("elif")) return { kind: "if", condition, yes, no: this.#if() };
    const no = this.#word("else") ? this.pipe() : IDENTITY;
    if (!this.#word("end")) throw this.#unexpected('"end"');
    return { kind: "if", condition, yes, no };
  }

  #map(): Query {
    const entries: (readonly [Query, Query])[] = [];
    while (!this.#mark("}")) {
      if (entries.length > 0) this.#expect(",");
      entries.push(this.#entry());
    }
    return { kind: "map", entries };
  }

  #entry(): readonly [Query, Query] {
    if (this.#sees("$")) {
      const name = this.#variable();
      return [{ kind: "literal", value: name }, { kind: "variable", name }];
    }
    const key = this.#key();
    if (this.#mark(":")) return [key, this.#entryValue()];
    return [key, { kind: "index", of: IDENTITY, key }];
  }

  #key(): Query {
    if (this.#sees('"')) return this.#text("text");
    if (this.#mark("(")) {
      const key = this.pipe();
      this.#expect(")");
      return key;
    }
    const name = this.#match(NAME);
    if (name === "") throw this.#unexpected("a key");
    return { kind: "literal", value: name };
  }

  /** As far as the next comma. */
  #entryValue(): Query {
    const value = this.#alternative();
    return this.#mark("|") ? { kind: "pipe", left: value, right: this.#entryValue() } : value;
  }

  #variable(): string {
    this.#expect("$");
    const name = this.#match(NAME);
    if (name === "") throw this.#unexpected("a variable");
    return name;
  }

  #text(format: string): Query {
    this.#expect('"');
    const parts: (string | Query)[] = [];
    let text = "";
    while (true) {
      const char = this.text[this.#at++];
      if (char === undefined) throw new Fault("a text in the query is not closed");
      if (char === '"') break;
      if (char !== "\\") {
        text += char;
        continue;
      }
      const escaped = this.text[this.#at++] ?? "";
      if (escaped === "(") {
        parts.push(text, this.pipe());
        text = "";
        this.#expect(")", "tight");
      } else if (escaped === "u") {
        const code = /^[0-9a-fA-F]{4}/.exec(this.text.slice(this.#at, this.#at + 4))?.[0];
        if (code === undefined) throw this.#unexpected("four digits");
        text += String.fromCharCode(parseInt(code, 16));
        this.#at += 4;
      } else text += ESCAPES[escaped] ?? escaped;
    }
    if (parts.length === 0) return { kind: "literal", value: text };
    return { kind: "text", parts: [...parts, text], format };
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.text)?.[0].length ?? 0;
  }

  #sees(mark: string): boolean {
    this.#space();
    return this.text.startsWith(mark, this.#at);
  }

  #mark(mark: string): boolean {
    if (!this.#sees(mark)) return false;
    // "//" is no "/", and "|=" is no "|".
    const longer = ["//", "..", ...UPDATES].some((it) =>
      it.length > mark.length && it.startsWith(mark) && this.#sees(it)
    );
    if (longer) return false;
    this.#at += mark.length;
    return true;
  }

  #word(word: string): boolean {
    this.#space();
    NAME.lastIndex = this.#at;
    if (NAME.exec(this.text)?.[0] !== word) return false;
    this.#at += word.length;
    return true;
  }

  #match(pattern: RegExp): string {
    this.#space();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  /** @param behind `tight`: what follows is part of a text. */
  #expect(mark: string, behind: "loose" | "tight" = "loose"): void {
    if (!this.#sees(mark)) throw this.#unexpected(`"${mark}"`);
    this.#at += mark.length;
    if (behind === "loose" && mark !== '"') this.#space();
  }

  #unexpected(wanted?: string): Fault {
    const rest = this.text.slice(this.#at, this.#at + 20);
    const found = rest === "" ? "nothing" : `"${rest}"`;
    return new Fault(
      wanted === undefined
        ? `unexpected ${found} in the query`
        : `expected ${wanted} in the query, found ${found}`,
    );
  }
}
