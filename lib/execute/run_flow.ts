import type { TextOf } from "./locate_expression.ts";
import type {
  Event,
  EventBody,
  FlowPlan,
  Found,
  HarnessChild,
  Journal,
  Kernel,
  KeyValueStore,
  Retry,
  State,
  SubflowPlan,
} from "../model/mod.ts";
import { canonicalClass } from "../catalog/aliases.ts";
import type { LogBook } from "./answers/asker.ts";
import { openLogBook } from "./answers/open_log_book.ts";
import { openChildPool } from "./child_pool.ts";
import { answersToRenderer } from "./engine/answers_for.ts";
import type { Execution } from "./engine/execution.ts";
import { makeOutputTree } from "./engine/output_tree.ts";
import { retryDelay } from "./engine/retry_delay.ts";
import { sleep } from "./engine/sleep.ts";
import { makeSlots, type Slots } from "./engine/slots.ts";
import { makeTaskStates } from "./engine/task_states.ts";
import { walk } from "./engine/walk.ts";
import { type FileStore, openFileStore } from "./files/file_store.ts";
import { type InputFile, storeInputFiles } from "./files/input_files.ts";
import { storeText, type TextPlaces } from "./files/store_text.ts";
import { findSecrets, findSecretsOf } from "./find_secrets.ts";
import { openLauncher } from "./launcher.ts";
import { openRenderer } from "./open_renderer.ts";
import { type Mask, maskSecrets } from "./mask_secrets.ts";
import type { Rendered } from "./renderer.ts";
import type { ReadOutput, ResolveInputs, Resumer } from "./resolve.ts";
import { secretValue } from "./secret_value.ts";
import { makeExecutionRoot, randomId } from "./workspace.ts";

/** What a run needs beside its plan. */
export interface FlowRun {
  readonly plan: FlowPlan;
  /** The policy's digest, for the record. */
  readonly policy: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Files that are to be stored under the URIs which inputs have as their values. */
  readonly inputFiles?: readonly InputFile[];
  /** Values of inputs that are hidden in whatever is said, as secrets are. */
  readonly hidden?: readonly string[];
  readonly env: (name: string) => string | undefined;
  /** Workspaces are made below it. */
  readonly workspaceRoot: string;
  readonly keep: boolean;
  /** Where the files of namespaces lie: a real path. */
  readonly namespaceFiles?: string;
  /** Whether children of tasks to come may be started before. */
  readonly prestart: boolean;
  readonly renderChild: HarnessChild;
  /** The flows that a Subflow may start, by `namespace/id`. */
  readonly subflows?: ReadonlyMap<string, SubflowPlan>;
  /** Texts that are stored before the first task, by name; `files` in expressions has their URIs. */
  readonly givenFiles?: Readonly<Record<string, string>>;
  /** Rendered when the execution has ended, with all that it has left; for whoever looks at it. */
  readonly renderAtEnd?: readonly unknown[];
  /** How many task runs may go on at a time, those of subflows counted; 1 where nothing is said. */
  readonly concurrency?: number;
  /** Of an execution that another started: the slots of that one, which it shares. */
  readonly slots?: Slots;
  /** The execution that started this one, and the task run that did. */
  readonly parent?: { readonly execution: string; readonly taskRun: string };
  /** Beside those of the flow, and over them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of an execution that is a retry of another: the first of them. */
  readonly originalId?: string;
  /** What `trigger` means in expressions, where something has started the execution. */
  readonly trigger?: Readonly<Record<string, unknown>>;
  /** How many executions have started each other before this one. */
  readonly depth?: number;
  /** Where the files of the execution that started this one are: both see what the other has stored. */
  readonly starterFiles?: FileStore;
  /** Executions that nobody waits for before the end of the whole. */
  readonly background?: Set<Promise<unknown>>;
  readonly resolveInputs?: ResolveInputs;
  readonly readOutput?: ReadOutput;
  /** Who lets paused tasks go on; without one a pause needs a duration. */
  readonly resumer?: Resumer;
  /** Its id, where that is known before; the journal's goes before it. */
  readonly execution?: string;
  /** What is kept of the execution, and known of it already; absent where nothing is kept. */
  readonly journal?: Journal;
  /** Opens keys and values of namespaces, when the first task asks for one. */
  readonly store?: () => Promise<KeyValueStore>;
  readonly kernel: Found<Kernel>;
  /** Whether what tasks ask for is to be told, also where they get it (`task.accessed`). */
  readonly watches?: boolean;
  /** Gives the texts of the files that the plan was made from, for the places in messages. */
  readonly textOf?: TextOf;
  /** Asks the run to stop: running tasks are ended, `errors` and `finally` still run. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly emit: (event: Event) => void;
}

/** What reads the log of its own execution. */
const FETCH = "io.kestra.plugin.core.log.Fetch";

/** For how many tasks to come children are started, beside those that run. */
const AHEAD = 2;

/** How an execution ended. */
export interface FlowOutcome {
  readonly execution: string;
  readonly state: State;
  /** Whether what failed it was a deadline. */
  readonly timedOut: boolean;
  /** The flow's own `outputs`. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What was to be rendered at the end, in its order; secrets and all. */
  readonly renderedAtEnd?: readonly Rendered[];
  /** Hides the secrets of the execution. */
  readonly mask?: Mask;
  /** What asks for another execution in place of this one, which has failed. */
  readonly again?: Retry;
}

/**
 * Runs a flow to its end, and again in a new execution where its `retry`, or that of the task which has
 * failed it, asks for one.
 *
 * A new execution has nothing of the one before but its inputs and labels, and is not kept.
 *
 * @param run A plan of which nothing that would run is refused.
 * @throws When the harness cannot do its part, for one when the disk is full.
 */
export async function runFlow(run: FlowRun): Promise<FlowOutcome> {
  const started = performance.now();
  const first = await runExecution(run);
  const { execution: _, journal: _j, ...rest } = run;
  let last = first;
  for (let attempts = 1; last.again !== undefined; attempts++) {
    const delay = retryDelay(last.again, attempts, performance.now() - started, Math.random());
    if (delay === undefined) break;
    await sleep(delay, run.signal);
    if (run.signal.aborted) break;
    last = await runExecution({ ...rest, originalId: run.originalId ?? first.execution });
  }
  return last;
}

async function runExecution(run: FlowRun): Promise<FlowOutcome> {
  const { plan: { flow, tasks }, journal } = run;
  const id = journal?.begun.execution ?? run.execution ?? randomId();
  const startDate = journal?.begun.startDate ?? run.now().toISOString();
  const secrets = secretsOf(run);
  const mask = maskSecrets([...secrets.values(), ...run.hidden ?? []]);
  const emit = (body: EventBody) =>
    run.emit({
      v: 1,
      at: run.now().toISOString(),
      execution: id,
      flow: `${flow.namespace}/${flow.id}`,
      ...body,
    });
  const owner = { namespace: flow.namespace, flow: flow.id, execution: id };
  const slots = run.slots ?? makeSlots(run.concurrency ?? 1);
  await using root = await makeExecutionRoot(
    run.workspaceRoot,
    journal?.resumed ? randomId() : id,
    run.keep,
  );
  using launcher = openLauncher(run.kernel);
  const renderer = openRenderer({
    child: run.renderChild,
    launcher,
    onAsk: (question) => answersToRenderer(execution)(question),
  });
  await using _renderer = renderer;
  const pool = openChildPool({
    most: run.prestart ? AHEAD * slots.most : 0,
    execution: root.id,
    root,
    launcher,
    env: run.env,
    watches: run.watches ?? false,
  });
  await using _pool = pool;
  const background = run.background ?? new Set<Promise<unknown>>();
  const store = run.starterFiles?.within(owner) ??
    openFileStore(journal?.filesDirectory ?? `${root.path}/files`, owner, journal);
  const files: Execution["files"] = {
    store,
    namespace: flow.namespace,
    ...(run.namespaceFiles !== undefined && { namespaceFiles: run.namespaceFiles }),
  };
  await storeInputFiles(run.inputFiles ?? [], {
    ...files,
    localFiles: run.plan.localFiles ?? [],
  });
  const givenFiles = await storeGiven(run.givenFiles, { store, scratch: root.path });
  const execution: Execution = {
    run: { ...run, background },
    id,
    startDate,
    root,
    launcher,
    pool,
    renderer,
    files,
    ...(givenFiles && { givenFiles }),
    secrets,
    mask,
    plans: new Map(tasks.map((it) => [it.task.path, it])),
    slots,
    outputs: makeOutputTree(),
    states: makeTaskStates(),
    logs: logBookOf(run),
    labels: new Map(Object.entries({ ...flow.labels, ...run.labels, ...journal?.begun.labels })),
    progress: { state: "RUNNING" },
    emit,
  };
  const outcome = await walk(execution);
  // Whoever has started this one waits for what it has left behind.
  if (run.depth === undefined) await settled(background);
  return outcome;
}

/** Stores the files that the execution is given, before its first task. */
async function storeGiven(
  files: FlowRun["givenFiles"],
  places: TextPlaces,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (files === undefined) return undefined;
  const stored = Object.entries(files).map(async ([name, text]) => {
    const from = { task: "files", taskRun: randomId() };
    return [name, (await storeText(places, from, name, [text])).uri] as const;
  });
  return Object.fromEntries(await Promise.all(stored));
}

/** Whether a task of the plan reads what the execution has logged. */
export function asksForLogs({ tasks }: Pick<FlowPlan, "tasks">): boolean {
  return tasks.some(({ task }) => canonicalClass(task.type.value) === FETCH);
}

/** What the execution logs, and has logged before it was resumed. */
function logBookOf({ plan: { tasks }, journal }: FlowRun): LogBook {
  const isWanted = asksForLogs({ tasks });
  const book = openLogBook(isWanted);
  if (!isWanted || !journal?.resumed) return book;
  for (const { at, task, taskRun, attempt, level, message } of journal.logs("TRACE")) {
    book.add({
      timestamp: at,
      level,
      taskId: task,
      taskRunId: taskRun,
      attemptNumber: attempt - 1,
      message,
    });
  }
  return book;
}

/** Waits for executions that nobody has waited for, and for those that they leave behind. */
async function settled(background: Set<Promise<unknown>>): Promise<void> {
  while (background.size > 0) await Promise.all(background);
}

/**
 * Secrets come from `SECRET_NAME` in base64, as in Kestra's open-source edition. Those of flows that may
 * be started are among them: what these say comes back here.
 */
function secretsOf(run: FlowRun): ReadonlyMap<string, string> {
  const started = [...run.subflows?.values() ?? []].flatMap((it) => "plan" in it ? [it.plan] : []);
  const names = [run.plan, ...started].flatMap(({ flow, tasks }) => [
    ...tasks.flatMap((it) => [...findSecretsOf(it.task, flow)]),
    ...findSecrets([flow.inputs, flow.outputs]),
  ]);
  return new Map(
    [...new Set(names)].flatMap((name): [string, string][] => {
      const value = secretValue(name, run.env);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
