import { Fault } from "./fault.ts";
import type { Token } from "./tokenize.ts";

/** Reads tokens one after another. The last one is of kind `end` and stays. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#at]!;
  }

  /** Where the last token read ends. */
  get behind(): number {
    return this.#tokens[Math.max(this.#at - 1, 0)]!.end;
  }

  /** The text of the mark after the current token, if it is one. */
  peek(): string | undefined {
    const token = this.#tokens[this.#at + 1];
    return token?.kind === "mark" ? token.text : undefined;
  }

  next(): Token {
    const token = this.current;
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** Tells whether the current token is this mark or word. */
  at(text: string): boolean {
    const { kind, text: found } = this.current;
    return found === text && (kind === "mark" || kind === "name");
  }

  /** Reads this mark or word if it comes next. */
  skip(text: string): boolean {
    const found = this.at(text);
    if (found) this.#at++;
    return found;
  }

  expect(text: string): void {
    if (!this.skip(text)) throw this.unexpected(`"${text}"`);
  }

  /** @param what For the message: `a filter`. */
  name(what: string): string {
    if (this.current.kind !== "name") throw this.unexpected(`the name of ${what}`);
    return this.next().text;
  }

  /** @throws {Fault} When tokens are left over. */
  done(): void {
    if (this.current.kind !== "end") throw this.unexpected("an operator or the end");
  }

  unexpected(wanted: string): Fault {
    const { kind, text } = this.current;
    const found = kind === "end" ? "nothing" : kind === "text" ? "a text" : `"${text}"`;
    return this.fault(`expected ${wanted}, found ${found}`);
  }

  /** A fault at the current token. */
  fault(fact: string, help?: string): Fault {
    return new Fault(fact, help, { offset: this.current.start });
  }
}
