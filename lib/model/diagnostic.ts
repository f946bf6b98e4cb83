import type { Source } from "./source.ts";

/** The area a complaint belongs to; the first half of its code. */
export type Area =
  | "yaml"
  | "policy"
  | "flow"
  | "plan"
  | "plugin"
  | "bundle"
  | "preflight"
  | "host"
  | "build"
  | "run"
  | "check"
  | "test"
  | "usage";

/** What stands between two places of a file, and what is to stand there instead. */
export interface TextEdit {
  /** Where the old text begins. */
  readonly at: Source;
  /** Where it ends: the first place that is not part of it. The same as `at` puts text in. */
  readonly end: Omit<Source, "file">;
  readonly text: string;
}

/** A change of files that takes the cause of a complaint away, and changes nothing else that they mean. */
export interface Fix {
  /** What it does, for a person: `replace "taskDefaults" by "pluginDefaults"`. */
  readonly title: string;
  /** None overlaps another one. Never empty. */
  readonly edits: readonly TextEdit[];
}

/** One complaint, or one thing worth knowing. */
export interface Diagnostic {
  /** Stable and greppable, `area/what`. The wording may change, this may not. */
  readonly code: `${Area}/${string}`;
  readonly severity: "error" | "warning";
  /** `Cannot … "value": the fact`. One line, no period. */
  readonly message: string;
  readonly at?: Source;
  /** Other places that matter, each with a word on why: the outer policy, the first of two twins. */
  readonly related?: readonly { readonly message: string; readonly at: Source }[];
  /** The way out, when we know one. */
  readonly help?: string;
  /** The way out, where a program may take it. */
  readonly fix?: Fix;
}

/** What was wrong, by who has to act; `cli/` maps each to its exit code. */
export type Fault = "usage" | "input" | "refused" | "host";

/**
 * Thrown at the end of a stage that cannot hand its result on.
 *
 * Carries every problem found, not only the first.
 */
export class StageError extends Error {
  override readonly name = "StageError";
  readonly diagnostics: readonly Diagnostic[];
  readonly fault: Fault;

  /**
   * @param diagnostics At least one of severity `error`.
   * @param fault `usage` the command line is at fault, `input` a file cannot be read or used, `refused` the policy says no,
   * `host` this machine cannot give what the plan needs.
   */
  constructor(
    diagnostics: readonly Diagnostic[],
    fault: Fault = "input",
    options?: ErrorOptions,
  ) {
    super(diagnostics.map((it) => it.message).join("\n"), options);
    this.diagnostics = diagnostics;
    this.fault = fault;
  }
}
