import type { LocatedMap } from "./located.ts";
import type { Refusal } from "./plan.ts";
import type { Source, Sourced } from "./source.ts";

/** The types of inputs that can be given. */
export type InputType = "STRING" | "INT" | "FLOAT" | "BOOLEAN" | "JSON";

/** One value a flow asks for. */
export interface Input {
  readonly id: string;
  readonly type: InputType;
  readonly required: boolean;
  /** Present when the flow gives one; already of the input's type. */
  readonly defaults?: { readonly value: unknown };
  readonly source: Source;
}

/** One step of a flow, after defaults. */
export interface Task {
  readonly id: string;
  /** Where in the flow: `tasks[0]`, `errors[1].tasks[0]`. */
  readonly path: string;
  readonly type: Sourced<string>;
  /** Everything the task says, and what defaults put in. */
  readonly effective: LocatedMap;
  readonly timeoutMs?: Sourced<number>;
  readonly allowFailure: boolean;
  readonly disabled: boolean;
  /** Rendered in the child; `""`, `false` and `0` mean no. */
  readonly runIf?: Sourced<string>;
  /** Tasks inside a flowable, flat in file order. */
  readonly children: readonly Task[];
}

/** A flow that can be planned. */
export interface Flow {
  readonly file: string;
  readonly id: string;
  readonly namespace: string;
  readonly description?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly inputs: readonly Input[];
  readonly variables: Readonly<Record<string, unknown>>;
  readonly tasks: readonly Task[];
  /** Run when one of `tasks` fails. */
  readonly errors: readonly Task[];
  /** What the flow asks for that cannot be given: it can be planned, not run. */
  readonly refusals: readonly Refusal[];
}
