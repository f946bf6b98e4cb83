import type { Flowable, Retry } from "./flowable.ts";
import type { Input, InputType } from "./input.ts";
import type { LocatedMap } from "./located.ts";
import type { LogLevel } from "./outcome.ts";
import type { Refusal } from "./plan.ts";
import type { Source, Sourced } from "./source.ts";

/** One step of a flow, after defaults. */
export interface Task {
  readonly id: string;
  /** Where in the flow: `tasks[0]`, `errors[1].tasks[0]`. */
  readonly path: string;
  readonly type: Sourced<string>;
  /** Everything the task says, and what defaults put in. */
  readonly effective: LocatedMap;
  readonly timeoutMs?: Sourced<number>;
  /** A timeout that is an expression: rendered when the task begins, to a duration. */
  readonly timeoutText?: Sourced<string>;
  readonly allowFailure: boolean;
  /** Whether a WARNING of it counts as SUCCESS. */
  readonly allowWarning?: true;
  readonly disabled: boolean;
  /** Rendered in the child; `""`, `false` and `0` mean no. */
  readonly runIf?: Sourced<string>;
  /** Tasks inside a flowable, flat in file order. */
  readonly children: readonly Task[];
  /** What the class says of their order; absent of what contains none, and of what is refused. */
  readonly flowable?: Flowable;
  readonly retry?: Retry;
  /** Its log lines below this level are not kept. */
  readonly logLevel?: LogLevel;
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
  /** Run after them, however they went. */
  readonly finally: readonly Task[];
  /** Run when the execution's state is known; what becomes of them does not change it. */
  readonly afterExecution: readonly Task[];
  /** Of every task that has none of its own, or of the execution as a whole. */
  readonly retry?: Retry;
  /** What an execution gives to whoever started it. */
  readonly outputs: readonly Output[];
  /** How many executions of it may run at a time, and what becomes of one more. */
  readonly concurrency?: Concurrency;
  /** What an execution is held to while it runs. */
  readonly sla: readonly Sla[];
  /** What the flow asks for that cannot be given: it can be planned, not run. */
  readonly refusals: readonly Refusal[];
}

/** One value that a flow gives when it has ended. */
export interface Output {
  readonly id: string;
  readonly type?: InputType;
  /** Rendered when the tasks have ended. */
  readonly value: Sourced<unknown>;
  readonly required: boolean;
}

/** `concurrency` of a flow. */
export interface Concurrency {
  readonly limit: number;
  readonly behavior: "QUEUE" | "CANCEL" | "FAIL";
  readonly source: Source;
}

/** One promise of a flow about its executions, and what becomes of one that breaks it. */
export type Sla =
  & {
    readonly id: string;
    /** `NONE`: the labels alone are set. */
    readonly behavior: "FAIL" | "CANCEL" | "NONE";
    /** Set on an execution that breaks it. */
    readonly labels: Readonly<Record<string, string>>;
  }
  & (
    /** From the start of the execution. */
    | { readonly type: "MAX_DURATION"; readonly durationMs: number }
    /** Rendered whenever the execution has changed; it is broken where this does not come to true. */
    | { readonly type: "EXECUTION_ASSERTION"; readonly assert: Sourced<string> }
  );
