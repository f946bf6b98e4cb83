import type { Task } from "./flow.ts";
import type { Input } from "./input.ts";
import type { Sourced } from "./source.ts";
import type { NamespaceFilesWork } from "./plan.ts";

/** A text that holds expressions, or may: rendered when the flowable begins. */
export type Text = Sourced<string>;

/** What flowables of every class may have beside their own tasks. */
interface Handlers {
  /** Run when one of the flowable's tasks has failed. */
  readonly errors: readonly Task[];
  /** Run after its tasks, and after `errors`, however they went. */
  readonly finally: readonly Task[];
}

/**
 * A task that contains tasks, with what it says of their order. By the names that classes have today:
 * what is an older name's, or several classes' with other defaults, is one kind here.
 *
 * Source: kestra-io/kestra 0.21 to 2.0, `io.kestra.plugin.core.flow`.
 */
export type Flowable =
  | Block
  | Parallel
  | Each
  | Branch
  | Choice
  | Graph
  | Repeat
  | Pause
  | Subflow
  | EachItem
  | SharedWorkspace;

/** One after the other. `AllowFailure`: a failure in it is a warning. */
export interface Block extends Handlers {
  readonly kind: "Sequential" | "AllowFailure";
  readonly tasks: readonly Task[];
}

/** Side by side. */
export interface Parallel extends Handlers {
  readonly kind: "Parallel";
  readonly tasks: readonly Task[];
  /** How many at a time; 0: as many as the harness allows. */
  readonly concurrent: number;
}

/** `ForEach`, `Loop`, `EachSequential` and `EachParallel`: its tasks for each of some values. */
export interface Each extends Handlers {
  readonly kind: "ForEach";
  /** A list as it is written, its texts to be rendered; or a text that renders to a JSON list or map. */
  readonly values: Sourced<unknown>;
  /** How many values at a time; 0: as many as the harness allows. */
  readonly concurrent: number;
  /** Whether the tasks of one value run side by side as well, as in `EachParallel`. */
  readonly tasksInParallel: boolean;
  readonly tasks: readonly Task[];
  /** Of 2.0's `Loop`, whose tasks see `item` and nothing of each other's values. */
  readonly loop?: {
    /** Whether it fails when one of its values has. */
    readonly transmitFailed: boolean;
  };
}

/** `If`. */
export interface Branch extends Handlers {
  readonly kind: "If";
  readonly condition: Text;
  readonly then: readonly Task[];
  readonly else: readonly Task[];
}

/** `Switch`. */
export interface Choice extends Handlers {
  readonly kind: "Switch";
  readonly value: Text;
  readonly cases: Readonly<Record<string, readonly Task[]>>;
  readonly defaults: readonly Task[];
}

/** `Dag`: each task once those it depends on have ended well. */
export interface Graph extends Handlers {
  readonly kind: "Dag";
  readonly concurrent: number;
  readonly steps: readonly { readonly task: Task; readonly dependsOn: readonly string[] }[];
}

/** `LoopUntil`, formerly `WaitFor`: its tasks until the condition comes to true. */
export interface Repeat extends Handlers {
  readonly kind: "LoopUntil";
  readonly condition: Text;
  readonly tasks: readonly Task[];
  /** Between two rounds: a duration, or an expression that gives one. */
  readonly interval: Text;
  readonly maxIterations?: Text;
  readonly maxDuration?: Text;
  /** Whether it fails when one of the two is reached. */
  readonly failOnMaxReached: boolean;
}

/** `Pause`: waits for a duration, or for somebody. */
export interface Pause extends Handlers {
  readonly kind: "Pause";
  /** Goes on by itself after this; without it somebody has to say so. */
  readonly pauseDuration?: Text;
  /** What becomes of the task when `pauseDuration` has passed. */
  readonly behavior: "RESUME" | "WARN" | "CANCEL" | "FAIL";
  /** What whoever resumes it is asked for. */
  readonly onResume: readonly Input[];
  /** Older flows: tasks that run once it goes on. */
  readonly tasks: readonly Task[];
}

/** How an execution of another flow is started and waited for. */
export interface Started {
  readonly namespace: Text;
  readonly flowId: Text;
  /** Values by the name of the input; their texts are rendered. */
  readonly inputs: Sourced<unknown> | undefined;
  readonly labels: Sourced<unknown> | undefined;
  readonly inheritLabels: boolean;
  readonly wait: boolean;
  readonly transmitFailed: boolean;
}

/** `Subflow`: another flow as one task. */
export interface Subflow extends Handlers, Started {
  readonly kind: "Subflow";
  /** Older flows: outputs it gives itself, instead of the flow's own `outputs`. */
  readonly outputs: Sourced<unknown> | undefined;
}

/** `ForEachItem`: another flow for each batch of a stored file's lines. */
export interface EachItem extends Handlers, Started {
  readonly kind: "ForEachItem";
  /** The URI of a stored file. */
  readonly items: Text;
  /** The first that is given counts: `regexPattern`, `bytes`, `partitions`, `rows`; one row without any. */
  readonly batch: {
    readonly rows?: Text;
    readonly bytes?: Text;
    readonly partitions?: Text;
    readonly separator?: Text;
    readonly regexPattern?: Text;
  };
}

/** `WorkingDirectory`: its tasks one after the other, all in one workspace. */
export interface SharedWorkspace extends Handlers {
  readonly kind: "WorkingDirectory";
  readonly tasks: readonly Task[];
  /** Files by name (null: empty), or an expression that gives them. */
  readonly inputFiles: Readonly<Record<string, string | null>> | string;
  readonly outputFiles: readonly string[];
  /** Its texts may hold expressions: where no namespace is named, one gives the flow's own. */
  readonly namespaceFiles?: NamespaceFilesWork;
}

/** How often and how soon a failed task is tried again (`io.kestra.core.models.tasks.retrys`). */
export interface Retry {
  readonly type: "constant" | "exponential" | "random";
  /** Before the second attempt, in milliseconds; of `random` the shortest. */
  readonly intervalMs: number;
  /** Of `exponential` and `random` the longest. */
  readonly maxIntervalMs?: number;
  /** Of `exponential`: by what the wait grows; 2 where nothing is said. */
  readonly factor: number;
  /** All of them, the first counted. */
  readonly maxAttempts?: number;
  /** From the start of the first attempt: none begins after that. */
  readonly maxDurationMs?: number;
  /** Whether a task that went well after a retry ends with WARNING. */
  readonly warningOnRetry: boolean;
  readonly behavior: "RETRY_FAILED_TASK" | "CREATE_NEW_EXECUTION";
}
