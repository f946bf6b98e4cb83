import type {
  Denial,
  Ending,
  EventBody,
  Flowable,
  LogLevel,
  Retry,
  State,
  Task,
  TaskPlan,
} from "../../model/mod.ts";
import type { LogBook } from "../answers/asker.ts";
import type { ChildPool } from "../child_pool.ts";
import type { Launcher } from "../launcher.ts";
import type { Mask } from "../mask_secrets.ts";
import type { Rendered, Renderer } from "../renderer.ts";
import type { FlowRun } from "../run_flow.ts";
import type { TaskRun } from "../run_task.ts";
import type { ExecutionRoot, Workspace } from "../workspace.ts";
import type { OutputTree } from "./output_tree.ts";
import type { Slots } from "./slots.ts";
import type { TaskStates } from "./task_states.ts";

/** What all task runs of one execution share. */
export interface Execution {
  readonly run: FlowRun;
  readonly id: string;
  readonly startDate: string;
  readonly root: ExecutionRoot;
  readonly launcher: Launcher;
  readonly pool: ChildPool;
  readonly renderer: Renderer;
  readonly files: TaskRun["files"];
  /** The URIs of the files that it was given, by their names. */
  readonly givenFiles?: Readonly<Record<string, string>>;
  /** All that its tasks may ask for by name, decoded. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly mask: Mask;
  /** By the task's path. */
  readonly plans: ReadonlyMap<string, TaskPlan>;
  /** Held by a task run that has a process; those of subflows are the same. */
  readonly slots: Slots;
  /** What task runs have left so far. */
  readonly outputs: OutputTree;
  /** How task runs have ended so far, and the last errors. */
  readonly states: TaskStates;
  /** What tasks have logged so far, where anything asks for it. */
  readonly logs: LogBook;
  /** Those of the flow, and what tasks have set since; a task may set more. */
  readonly labels: Map<string, string>;
  /** `RUNNING` until the tasks, `errors` and `finally` have ended. */
  readonly progress: { state: State | "RUNNING"; endDate?: string };
  readonly emit: (body: EventBody) => void;
  /** Waited for when a task run has ended; absent where nobody looks. */
  readonly changed?: () => Promise<void>;
}

/** A flowable's task run, as what is inside it sees it. */
export interface Parent {
  readonly task: Task;
  readonly taskRun: string;
  /** Which value of a loop it is for. */
  readonly value?: string;
  readonly iteration?: number;
  /** What it has said of itself before its tasks began, and of a loop after each round. */
  outputs: Readonly<Record<string, unknown>>;
}

/** What a task inside `Loop` sees of its value as `item`. */
export interface Item {
  /** From 0. */
  readonly index: number;
  readonly value: unknown;
  /** Where the values are a map. */
  readonly key?: string;
}

/** Where in the execution a task run stands. */
export interface Place {
  /** The flowables around it, from the innermost. */
  readonly parents: readonly Parent[];
  /** Of a loop's own tasks: which value it is, as expressions see it, and which round from 0. */
  readonly value?: string;
  readonly iteration?: number;
  /** The values of every `Loop` around it, from the innermost. */
  readonly items?: readonly Item[];
  /** Inside a `WorkingDirectory`: the workspace that its tasks share. */
  readonly shared?: Workspace;
  /** Whether it is in `errors`, `finally` or `afterExecution`, of a flowable or of the flow. */
  readonly isHandler?: boolean;
  /** Nothing is run here: it is only told what an earlier harness has finished. */
  readonly isPast?: true;
  /** Ends what runs here; of `errors`, `finally` and `afterExecution` it is one that nothing aborts. */
  readonly signal: AbortSignal;
  /** Whether no further task begins here, because of one beside that has failed. */
  readonly isHalted?: () => boolean;
  /** The tasks that will probably run after those here, in order: children are started for them. */
  readonly ahead?: () => Iterable<TaskPlan>;
}

/** How a task run or a block of them went. */
export interface Went {
  readonly state: State;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Of a block: of the task that has failed it. */
  readonly ending?: Ending;
  readonly error?: string;
  readonly denial?: Denial;
  /** What has failed asks for a new execution in place of this one. */
  readonly again?: Retry;
  /** Of a flowable: something in it has failed, whatever its state says. Its `errors` run. */
  readonly isForgiven?: true;
}

/** How the tasks inside a flowable are run. */
export interface BlockPlace
  extends Partial<Pick<Place, "value" | "iteration" | "items" | "shared" | "isHalted" | "ahead">> {
  /** How many side by side; 0: as many as the harness allows. Without it: one after the other. */
  readonly concurrent?: number;
}

/** What a flowable is given to run. */
export interface FlowableRun {
  readonly execution: Execution;
  readonly plan: TaskPlan;
  readonly taskRun: string;
  /** Where the flowable itself stands. */
  readonly place: Place;
  readonly signal: AbortSignal;
  /** Renders what the flowable says of itself, with what it sees. */
  render(value: unknown, more?: Readonly<Record<string, unknown>>): Promise<Rendered>;
  /** Says what expressions inside it, and those of the tasks after it, see as its outputs so far. */
  setOutputs(outputs: Readonly<Record<string, unknown>>): void;
  /** Runs tasks inside it. Its `errors` and `finally` are none of its business: they run afterwards. */
  runTasks(tasks: readonly Task[], at?: BlockPlace): Promise<Went>;
  /** Says something in the flowable's own log. */
  log(level: LogLevel, message: string): void;
  /** Emits an event about its task run; the heads are put on it. */
  emit(event: object): void;
}

/** Runs the flowables of one kind: their own tasks, without `errors` and `finally`. */
export type RunFlowable<F extends Flowable> = (flowable: F, run: FlowableRun) => Promise<Went>;

/** How something goes that cannot begin. */
export function failedFor(error: string): Went {
  return { state: "FAILED", outputs: {}, error };
}
