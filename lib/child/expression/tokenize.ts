import { excerpt, Fault } from "./fault.ts";

/** A piece of an expression. */
export interface Token {
  readonly kind: "name" | "number" | "text" | "mark" | "end";
  /** A name or mark as written, a number's digits, a text without quotes and escapes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The tokens between two delimiters. */
export interface Tokens {
  /** The last is always of kind `end`. */
  readonly tokens: readonly Token[];
  /** Behind the closing delimiter. */
  readonly end: number;
  /** `trim` when it was closed with `-}}` or `-%}`. */
  readonly after: "keep" | "trim";
}

const SPACE = /\s*/y;
const ASCII_NAME = /[A-Za-z_]\w*/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const MARK = /\?\?\??|[=!<>]=|\.\.|[-+*/%~<>()[\]{}?:.,|=]/y;

/**
 * Cuts an expression into tokens, from behind its opening delimiter to its closing one.
 *
 * As in Pebble a delimiter only closes outside brackets and quotes: `{{ {'a': {}} }}` is one
 * expression. In text, a backslash escapes its own quote and itself and is otherwise kept:
 * `'\n'` is two characters.
 *
 * @throws {Fault} On a character that begins nothing, an open text or bracket.
 */
export function tokenize(source: string, from: number, close: "}}" | "%}"): Tokens {
  const tokens: Token[] = [];
  const brackets: string[] = [];
  let at = from;
  while (true) {
    at += match(SPACE, source, at).length;
    if (at >= source.length) {
      throw new Fault(`"${close}" is missing`, undefined, { offset: from - 2 });
    }
    if (brackets.length === 0) {
      const dash = source[at] === "-" ? 1 : 0;
      if (source.startsWith(close, at + dash)) {
        tokens.push({ kind: "end", text: close, start: at, end: at });
        return { tokens, end: at + dash + 2, after: dash === 1 ? "trim" : "keep" };
      }
    }
    const token = next(source, at);
    if (token.kind === "mark") balance(brackets, token);
    tokens.push(token);
    at = token.end;
  }
}

function next(source: string, start: number): Token {
  const char = source[start]!;
  if (char === "'" || char === '"') return text(source, start);
  const number = match(NUMBER, source, start);
  if (number !== "") {
    const suffix = source[start + number.length] === "L" ? 1 : 0;
    return { kind: "number", text: number, start, end: start + number.length + suffix };
  }
  const name = nameAt(source, start);
  if (name !== "") return { kind: "name", text: name, start, end: start + name.length };
  const mark = match(MARK, source, start);
  if (mark !== "") return { kind: "mark", text: mark, start, end: start + mark.length };
  const found = String.fromCodePoint(source.codePointAt(start)!);
  throw new Fault(`unexpected character "${found}"`, undefined, { offset: start });
}

/** Tries ASCII first: the classes of Unicode take V8 most of a millisecond to prepare. */
function nameAt(source: string, start: number): string {
  const name = match(ASCII_NAME, source, start);
  const isAscii = source.charCodeAt(start + name.length) < 0x80;
  return isAscii ? name : match(/[\p{L}_][\p{L}\p{Nd}_]*/uy, source, start);
}

function text(source: string, start: number): Token {
  const quote = source[start]!;
  let value = "";
  let from = start + 1;
  for (let at = from; at < source.length; at++) {
    const char = source[at]!;
    if (char === quote) {
      return { kind: "text", text: value + source.slice(from, at), start, end: at + 1 };
    }
    if (char === "\\") {
      const escaped = source[at + 1];
      if (escaped === quote || escaped === "\\") {
        value += source.slice(from, at);
        from = at + 1;
      }
      at++;
    } else if (quote === '"' && char === "#" && source[at + 1] === "{") {
      throw new Fault(`"#{…}" inside a text is not supported`, "Join with ~ instead", {
        offset: at,
      });
    }
  }
  throw new Fault(
    `the text ${excerpt(source.slice(start, start + 20))} has no closing ${quote}`,
    undefined,
    {
      offset: start,
    },
  );
}

const CLOSING: ReadonlyMap<string, string> = new Map([["(", ")"], ["[", "]"], ["{", "}"]]);

function balance(brackets: string[], token: Token): void {
  const closing = CLOSING.get(token.text);
  if (closing !== undefined) {
    brackets.push(closing);
  } else if (token.text === ")" || token.text === "]" || token.text === "}") {
    const expected = brackets.pop();
    if (expected === token.text) return;
    throw new Fault(
      expected === undefined
        ? `unexpected "${token.text}"`
        : `expected "${expected}", found "${token.text}"`,
      undefined,
      { offset: token.start },
    );
  }
}

function match(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? "";
}
