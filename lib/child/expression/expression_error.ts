/** What an {@linkcode ExpressionError} knows beside its message. */
export interface ExpressionErrorDetails {
  readonly template: string;
  readonly offset: number;
  readonly expression: string;
  readonly line: number;
  readonly column: number;
  readonly help?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Thrown when a template cannot be rendered, whatever the reason: its syntax, an unknown
 * name, a wrong value, a limit, a secret that is not there.
 */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  /** The whole text. */
  readonly template: string;
  /** In the template, in UTF-16 code units. */
  readonly offset: number;
  /** What stands between the delimiters of the one `{{…}}` or `{%…%}` at fault, trimmed. */
  readonly expression: string;
  /** Of the template, from 1. */
  readonly line: number;
  /** Of the line, from 1, in UTF-16 code units. */
  readonly column: number;
  /** The way out, when we know one. */
  readonly help: string | undefined;

  constructor(message: string, details: ExpressionErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.template = details.template;
    this.offset = details.offset;
    this.expression = details.expression;
    this.line = details.line;
    this.column = details.column;
    this.help = details.help;
  }
}
