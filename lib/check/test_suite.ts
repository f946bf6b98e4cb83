import type { Fixtures } from "../model/fixtures.ts";
import type { Source, Sourced } from "../model/source.ts";
import type { Operator } from "./shapes.ts";

/** A file of unit tests. */
export interface TestSuite {
  readonly file: string;
  readonly id: string;
  /** Of the flow that is tested. */
  readonly namespace: string;
  readonly flowId: Sourced<string>;
  readonly disabled: boolean;
  readonly cases: readonly TestCase[];
}

/** One execution of the flow, and what has to be true of it. */
export interface TestCase {
  readonly id: string;
  readonly description?: string;
  readonly disabled: boolean;
  readonly fixtures: Fixtures;
  readonly assertions: readonly Assertion[];
  readonly source: Source;
}

/** One value that is looked at when the execution has ended. */
export interface Assertion {
  /** Rendered with the outputs of the execution, like everything in it that is a text. */
  readonly value: Sourced<unknown>;
  readonly checks: readonly Check[];
  /** The task that it is about, for the report. */
  readonly taskId?: Sourced<string>;
  readonly description?: string;
  /** What is said in place of our own words when it does not hold. */
  readonly errorMessage?: string;
  readonly source: Source;
}

/** One thing that is asserted of the value. */
export interface Check {
  readonly operator: Operator;
  readonly expected: Sourced<unknown>;
}
