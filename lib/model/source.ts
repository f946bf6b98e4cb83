/** A place in a file a person wrote. Lines and columns count from 1. */
export interface Source {
  /** As the person named it on the command line. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A value and the place that says it. */
export interface Sourced<T> {
  readonly value: T;
  readonly source: Source;
}

/** What the harness does on its own account, whatever a policy says. */
export type BuiltIn = "built-in";

/** Why one piece of a plan is as it is. */
export interface Because {
  /** What follows, for a person: `deny read /etc`, `set containerImage`. */
  readonly effect: string;
  /** The rule that says so: a key of the policy, or the name of a built-in. */
  readonly rule: string;
  readonly source: Source | BuiltIn;
}
