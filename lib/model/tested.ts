import type { Diagnostic } from "./diagnostic.ts";
import type { State } from "./outcome.ts";
import type { Because, Source } from "./source.ts";

/** What became of a file of tests: unit tests of a flow, or tests of a policy. */
export interface TestedSuite {
  readonly file: string;
  readonly id: string;
  /** Of unit tests `namespace/id` of the flow that is tested. */
  readonly flow?: string;
  /** Of policy tests the files of the policy that is tested, outermost first. */
  readonly policies?: readonly string[];
  readonly cases: readonly TestedCase[];
}

/**
 * How a test case came out. `failed`: something that is asserted is not true. `error`: that could not be
 * found out. `skipped`: it is disabled.
 */
export type TestVerdict = "passed" | "failed" | "error" | "skipped";

/** What became of one test case. */
export interface TestedCase {
  readonly id: string;
  readonly description?: string;
  readonly at: Source;
  readonly verdict: TestVerdict;
  /** Absent where nothing was run. */
  readonly execution?: {
    readonly id: string;
    readonly state: State;
    readonly elapsedMs: number;
    /** Why it failed where no task did. */
    readonly error?: string;
    /** In the order of their ends. */
    readonly tasks: readonly TestedTask[];
  };
  readonly checks: readonly TestedCheck[];
  /** Why it could not be found out. */
  readonly problems: readonly Diagnostic[];
}

/** One task run of a test's execution. */
export interface TestedTask {
  readonly id: string;
  /** Of a loop, which value it was for. */
  readonly value?: string;
  readonly state: State;
  readonly mocked: boolean;
  readonly error?: string;
}

/** One thing that was asserted. */
export interface TestedCheck {
  readonly operator: string;
  readonly expected: unknown;
  readonly actual: unknown;
  readonly holds: boolean;
  /** Where it stands. */
  readonly at: Source;
  readonly taskId?: string;
  readonly description?: string;
  /** Why it does not hold. */
  readonly message?: string;
  /** Of a policy test: the rules that make the actual what it is. */
  readonly because?: readonly Because[];
}

/** Which rules of policies tests have decided. */
export interface Coverage {
  readonly files: readonly CoveredFile[];
}

/** The rules of one policy file. */
export interface CoveredFile {
  readonly file: string;
  readonly rules: number;
  /** How many of them decided something that a test expects. */
  readonly decided: number;
  /** Those that did not, in the order of the file. */
  readonly open: readonly { readonly rule: string; readonly at: Source }[];
}
