import type { Diagnostic } from "./diagnostic.ts";
import type { State } from "./outcome.ts";
import type { Source } from "./source.ts";

/** What became of a file of unit tests. */
export interface TestedSuite {
  readonly file: string;
  readonly id: string;
  /** `namespace/id` of the flow that is tested. */
  readonly flow: string;
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
}
