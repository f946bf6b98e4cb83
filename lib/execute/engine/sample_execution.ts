import type {
  Event,
  EventBody,
  Flow,
  Flowable,
  LocatedMap,
  Source,
  State,
  Task,
  TaskPlan,
} from "../../model/mod.ts";
import { openLogBook } from "../answers/open_log_book.ts";
import type { Renderer } from "../renderer.ts";
import type { FlowOutcome } from "../run_flow.ts";
import type { Execution } from "./execution.ts";
import { makeOutputTree } from "./output_tree.ts";
import { makeSlots } from "./slots.ts";
import { makeTaskStates } from "./task_states.ts";
import { walk } from "./walk.ts";

/** Where everything in a sample stands. */
export const AT: Source = { file: "flow.yaml", line: 1, column: 1 };
const NOTHING: LocatedMap = { kind: "map", entries: new Map(), source: AT };

/** How a sample task ends, and what else it says. */
export interface SampleTask extends Partial<Omit<Task, "flowable">> {
  readonly id: string;
  /** SUCCESS where nothing is said. */
  readonly ends?: State;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly flowable?: (inside: (tasks: readonly SampleTask[]) => readonly Task[]) => Flowable;
}

/** A flow whose tasks end as they say, with nothing run. */
export interface SampleFlow {
  readonly tasks: readonly SampleTask[];
  readonly errors?: readonly SampleTask[];
  readonly finally?: readonly SampleTask[];
  readonly afterExecution?: readonly SampleTask[];
}

/** What became of a sample. */
export interface SampleRun {
  readonly outcome: FlowOutcome;
  /** `id STATE`, with the value or the round of its loop behind the id, in the order of their ends. */
  readonly ends: readonly string[];
  readonly events: readonly Event[];
  readonly execution: Execution;
}

/** Runs a flow whose tasks are mocks: the engine alone, without a process. */
export async function runSample(
  sample: SampleFlow,
  more: {
    readonly concurrency?: number;
    readonly signal?: AbortSignal;
    readonly sla?: Flow["sla"];
    readonly run?: Partial<Execution["run"]>;
    /** What a text renders to; itself without it. */
    readonly render?: (text: string, variables: Readonly<Record<string, unknown>>) => unknown;
    readonly onEvent?: (event: Event) => void;
  } = {},
): Promise<SampleRun> {
  const plans = new Map<string, TaskPlan>();
  const listed = (tasks: readonly SampleTask[] = [], path: string): readonly Task[] =>
    tasks.map((it, i) => made(it, `${path}[${i}]`, plans, listed));
  const flow = {
    id: "f",
    namespace: "a.b",
    file: "flow.yaml",
    labels: {},
    inputs: [],
    variables: {},
    outputs: [],
    sla: more.sla ?? [],
    refusals: [],
    tasks: listed(sample.tasks, "tasks"),
    errors: listed(sample.errors, "errors"),
    finally: listed(sample.finally, "finally"),
    afterExecution: listed(sample.afterExecution, "afterExecution"),
  } satisfies Flow;
  const events: Event[] = [];
  const renderer: Renderer = {
    render: (value, { variables }) =>
      Promise.resolve({
        ok: true,
        value: typeof value === "string" ? more.render?.(value, variables) ?? value : value,
      }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const unused = undefined as never;
  const execution: Execution = {
    run: {
      plan: { flow, tasks: [...plans.values()], diagnostics: [] },
      policy: "",
      inputs: {},
      env: () => undefined,
      workspaceRoot: "/nonexistent",
      keep: false,
      prestart: false,
      renderChild: unused,
      kernel: unused,
      signal: more.signal ?? new AbortController().signal,
      now: () => new Date(0),
      emit: () => {},
      ...more.run,
    },
    id: "e",
    startDate: "1970-01-01T00:00:00.000Z",
    root: unused,
    launcher: unused,
    pool: unused,
    renderer,
    files: { namespace: "a.b", store: unused },
    secrets: new Map(),
    mask: (value) => value,
    plans,
    slots: makeSlots(more.concurrency ?? 1),
    outputs: makeOutputTree(),
    states: makeTaskStates(),
    logs: openLogBook(false),
    labels: new Map(),
    progress: { state: "RUNNING" },
    emit(body: EventBody) {
      const event: Event = { v: 1, at: "", execution: "e", flow: "a.b/f", ...body };
      events.push(event);
      more.onEvent?.(event);
    },
  };
  const outcome = await walk(execution);
  return { outcome, ends: endsOf(events), events, execution };
}

function made(
  { ends = "SUCCESS", outputs = {}, flowable, ...said }: SampleTask,
  path: string,
  plans: Map<string, TaskPlan>,
  listed: (tasks: readonly SampleTask[], path: string) => readonly Task[],
): Task {
  let count = 0;
  const children: Task[] = [];
  const own = flowable?.((tasks) => {
    const inside = listed(tasks, `${path}.${count++}`);
    children.push(...inside);
    return inside;
  });
  const task: Task = {
    path,
    type: { value: "sample", source: AT },
    effective: NOTHING,
    allowFailure: false,
    disabled: false,
    children,
    ...(own && { flowable: own }),
    ...said,
  };
  plans.set(path, {
    task,
    kind: own === undefined ? "in-process" : "flowable",
    verdict: "run",
    argv: [],
    spawn: "denied",
    layers: undefined as never,
    limits: {},
    provenance: [],
    because: [],
    ...(own === undefined && { mocks: [{ state: ends, outputs } as never] }),
  });
  return task;
}

function endsOf(events: readonly Event[]): readonly string[] {
  const begun = new Map<string, string>();
  return events.flatMap((it) => {
    if (it.type === "task.started") {
      const of = it.value ?? it.iteration;
      begun.set(it.taskRun, of === undefined ? it.task : `${it.task}[${of}]`);
    }
    return it.type === "task.finished" ? [`${begun.get(it.taskRun)} ${it.state}`] : [];
  });
}
