import { Fault } from "./fault.ts";

/** The longest template, in UTF-16 code units. */
export const MAX_TEMPLATE = 1024 * 1024;
/** The most one call of `render` or `renderDeep` may write, and the longest text within it. */
export const MAX_OUTPUT = 16 * 1024 * 1024;
/** The most steps of one call: one for each node evaluated, loop turn, list item, 64 characters. */
export const MAX_STEPS = 1_000_000;
/** The longest list `range`, `..` and `split` may make. */
export const MAX_ITEMS = 100_000;
/** The deepest that parentheses, tags, lists and maps may nest. */
export const MAX_NESTING = 64;
/** The longest chain of operators, as in `a ~ b ~ c`. */
export const MAX_CHAIN = 256;
/** How often `render()` renders its own result again; Kestra's number. */
export const MAX_RENDERINGS = 100;
/** How deep calls of `render()` may nest. */
export const MAX_RENDER_NESTING = 4;

const CHARACTERS_PER_STEP = 64;

/** What one call of `render` may still spend. Every way to make work or text goes through it. */
export class Budget {
  #steps = MAX_STEPS;
  #output = MAX_OUTPUT;

  /** @throws {Fault} When no steps are left. */
  spend(steps = 1): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new Fault(`it takes more than ${MAX_STEPS} steps`);
  }

  /** Pays for reading or making a text. */
  spendText(length: number): void {
    if (length > MAX_OUTPUT) throw tooLong();
    this.spend(length / CHARACTERS_PER_STEP);
  }

  /** Pays for a piece of the result. */
  write(length: number): void {
    this.#output -= length;
    if (this.#output < 0) throw tooLong();
  }
}

function tooLong(): Fault {
  return new Fault(`the text is longer than ${MAX_OUTPUT} characters`);
}
