import type { Question } from "../../model/job.ts";
import type { Budget } from "./limits.ts";
import type { Value } from "./value.ts";

/**
 * What expressions can see. Nothing else is reachable from a template.
 *
 * @example
 * ```ts
 * import type { Scope } from "./mod.ts";
 *
 * const scope: Scope = {
 *   variables: { inputs: { name: "Ada" } },
 *   secret: (name) => {
 *     throw new Error(`no secret "${name}"`);
 *   },
 * };
 * ```
 */
export interface Scope {
  /** The root names: `inputs`, `outputs`, `execution`, … Plain data, as JSON would give it. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Gives a secret for `secret('NAME')`; throws when it is not known. */
  readonly secret: (name: string) => string;
  /**
   * Gives a stored file for `read(URI)` and its like: `undefined` for one that is not there. Its text
   * is absent where it was too large to be handed over.
   */
  readonly file?: (
    uri: string,
  ) => { readonly size: number; readonly text?: string } | undefined;
  /** Asks the harness for what only it has, and waits; throws when it refuses. Absent: nobody is there. */
  readonly ask?: (question: Question) => unknown;
  /** The clock of `now()`; the machine's when absent. */
  readonly now?: () => Date;
}

/** What the evaluation of one template carries along. */
export interface Context {
  readonly scope: Scope;
  readonly budget: Budget;
  /** The template, for messages that quote from it. */
  readonly source: string;
  /** Variables of `set` and `for`, innermost last; they hide those of the scope. */
  readonly frames: Map<string, Value>[];
  /** Renders the strings in a value again, for the function `render`. */
  readonly render: (value: Value, times: "once" | "until-stable") => Value;
}
