/**
 * A fact that makes an expression fail, before it is known to which template it belongs.
 * `render` turns every fault into an `ExpressionError`.
 */
export class Fault extends Error {
  override readonly name: string = "Fault";
  /** Where in the template; set by the innermost node that knows. */
  offset: number | undefined;
  readonly #help: Help;

  /** @param help May be a function, so that a fault `??` forgives never works out advice. */
  constructor(fact: string, help?: Help, options?: ErrorOptions & { readonly offset?: number }) {
    super(fact, options);
    this.#help = help;
    this.offset = options?.offset;
  }

  /** The way out, when we know one. */
  get help(): string | undefined {
    return typeof this.#help === "function" ? this.#help() : this.#help;
  }
}

type Help = string | undefined | (() => string | undefined);

/** A name, property or index that is not there; what `??`, `default` and `is defined` forgive. */
export class Missing extends Fault {
  override readonly name = "Missing";
}

const LONGEST_QUOTE = 60;
const LONGEST_EXCERPT = 80;
const MOST_NAMES = 10;

/**
 * Puts a value of the flow in quotes. A longer one is only counted: logs mask secrets as a
 * whole, so the first half of one must not appear.
 */
export function quote(text: string): string {
  return text.length <= LONGEST_QUOTE ? `"${text}"` : `a text of ${text.length} characters`;
}

/** Puts source text of a template in quotes, shortened, on one line. */
export function excerpt(source: string): string {
  const line = source.slice(0, LONGEST_EXCERPT * 2).split(/\s/).filter((it) => it !== "").join(" ");
  const whole = source.length <= LONGEST_EXCERPT * 2 && line.length <= LONGEST_EXCERPT;
  return `"${whole ? line : `${line.slice(0, LONGEST_EXCERPT)}…`}"`;
}

/** The first ten of `names`, with commas. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((it) => it.length <= LONGEST_QUOTE ? it : "…");
  return names.length > MOST_NAMES ? `${shown.join(", ")}, …` : shown.join(", ");
}
