import type { Segment } from "./ast.ts";
import { ExpressionError } from "./expression_error.ts";
import { excerpt, Fault } from "./fault.ts";

/**
 * Runs an action and turns what it throws into an {@linkcode ExpressionError} that says where.
 *
 * An exhausted stack is one as well: the limits on nesting should come first, but a caller may
 * have left us little.
 *
 * @param segment The `{{…}}` or `{%…%}` the action belongs to, when it is known.
 */
export function asExpressionError<T>(
  template: string,
  segment: Segment | undefined,
  action: () => T,
): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Fault) throw located(error, template, segment);
    if (error instanceof RangeError) {
      throw located(new Fault("it needs more memory or stack than there is"), template, segment);
    }
    throw error;
  }
}

function located(
  fault: Fault,
  template: string,
  segment: Segment | undefined,
): ExpressionError {
  const offset = fault.offset ?? segment?.start ?? 0;
  const { start, end } = segment ?? guess(template, offset);
  const expression = template.slice(start, end).replace(/^\{[{%]-?/, "").replace(/-?[}%]\}$/, "")
    .trim();
  const before = template.slice(0, offset);
  const what = expression === "" ? "the template" : excerpt(expression);
  return new ExpressionError(`Cannot render ${what}: ${fault.message}`, {
    template,
    offset,
    expression,
    line: before.split("\n").length,
    column: offset - before.lastIndexOf("\n"),
    help: fault.help,
    cause: fault.cause,
  });
}

const LONGEST_GUESS = 200;

/** The segment around an offset in a template that does not parse. */
function guess(template: string, offset: number): Segment {
  const start = Math.max(template.lastIndexOf("{{", offset), template.lastIndexOf("{%", offset));
  if (start < 0) return { start: offset, end: offset };
  const close = template.startsWith("{{", start) ? "}}" : "%}";
  const end = template.indexOf(close, Math.max(start + 2, offset));
  const stop = end < 0 ? template.length : end + 2;
  return { start, end: Math.min(stop, start + LONGEST_GUESS) };
}
