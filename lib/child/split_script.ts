import { parse } from "acorn";

/** A script in two parts. */
export interface SplitScript {
  /** Everything before the last expression. */
  readonly before: string;
  /** The last expression; `undefined` where the script ends with another statement. */
  readonly last: string;
}

/**
 * Takes a script apart, for scripts with a top-level `await`, which `eval` does not take.
 *
 * @throws {SyntaxError} When it is no JavaScript.
 */
export function splitScript(text: string): SplitScript {
  const program = parse(text, {
    ecmaVersion: "latest",
    sourceType: "script",
    allowAwaitOutsideFunction: true,
  });
  const last = program.body.at(-1);
  return last?.type === "ExpressionStatement"
    ? {
      before: text.slice(0, last.start),
      last: text.slice(last.expression.start, last.expression.end),
    }
    : { before: text, last: "undefined" };
}
