import type { LogLevel, Retry, TaskPlan } from "../../model/mod.ts";
import { isInProcess } from "../child_pool.ts";
import { findSecretsOf } from "../find_secrets.ts";
import { isLevel } from "../is_level.ts";
import { type EventWithoutHead, runTask } from "../run_task.ts";
import { randomId } from "../workspace.ts";
import { answersFor } from "./answers_for.ts";
import { type Execution, failedFor, type Went } from "./execution.ts";
import { readTimeout } from "./read_timeout.ts";
import { retryDelay } from "./retry_delay.ts";
import type { OpenRun } from "./run_one.ts";
import { sleep } from "./sleep.ts";
import { mentionsOfTask, variablesOf } from "./variables_of.ts";

/**
 * Runs a runnable task, and again as often as its `retry` says, until it has not failed.
 *
 * @returns `undefined` where it has not begun: the run was asked to stop, or one beside it has failed.
 */
export async function runAttempts(run: OpenRun): Promise<Went | undefined> {
  const { place: { signal }, head, emit, execution } = run;
  const retry = retryOf(run);
  for (let attempt = 1;; attempt++) {
    const went = await runAttempt(run, attempt);
    if (went === undefined) return attempt === 1 ? undefined : { state: "KILLED", outputs: {} };
    if (went.state !== "FAILED") {
      const isWarning = attempt > 1 && retry?.warningOnRetry && went.state === "SUCCESS";
      return isWarning ? { ...went, state: "WARNING" } : went;
    }
    const again = run.task.retry?.behavior === "CREATE_NEW_EXECUTION" && run.task.retry;
    if (again) return { ...went, again };
    if (retry === undefined || signal.aborted) return went;
    const elapsedMs = performance.now() - run.started;
    const afterMs = retryDelay(retry, attempt, elapsedMs, Math.random());
    if (afterMs === undefined) return went;
    emit({
      type: "task.retrying",
      ...(went.error !== undefined && { error: execution.mask(went.error) }),
      afterMs,
    });
    await sleep(afterMs, signal);
    if (signal.aborted) return { state: "KILLED", outputs: {}, error: "interrupted" };
    head.attempt = attempt + 1;
  }
}

/**
 * What is tried again here; what asks for a new execution is the execution's business. A task that says
 * nothing goes by the flowable around it, else by the flow.
 */
function retryOf({ task, place, execution }: OpenRun): Retry | undefined {
  const retry = task.retry ?? place.parents[0]?.task.retry ?? execution.run.plan.flow.retry;
  return retry?.behavior === "RETRY_FAILED_TASK" ? retry : undefined;
}

async function runAttempt(run: OpenRun, attempt: number): Promise<Went | undefined> {
  const { execution, place } = run;
  const slot = await execution.slots.take(place.signal);
  if (slot === undefined) return undefined;
  // Not by `using`: Deno 2.4, which runs the compiled harness, lost the disposal here.
  try {
    return attempt === 1 && place.isHalted?.() ? undefined : await runInSlot(run, attempt);
  } finally {
    slot[Symbol.dispose]();
  }
}

async function runInSlot(run: OpenRun, attempt: number): Promise<Went> {
  const { execution, task, place, head } = run;
  const { pool } = execution;
  const plan = execution.plans.get(task.path)!;
  const secrets = secretsOf(execution, plan);
  const variables = () =>
    variablesOf(
      execution,
      place,
      { task, taskRun: head.taskRun, startDate: run.startDate, attempts: attempt - 1 },
      mentionsOfTask(task, seesEverything(plan) ? "everything" : "texts"),
    );
  const timeout = await readTimeout(plan, execution.renderer, () => ({
    variables: variables(),
    secrets,
  }));
  if (!timeout.ok) {
    if (attempt === 1) run.begin();
    return failedFor(timeout.message);
  }
  const child = isInProcess(plan) ? await pool.take(plan, place.shared) : undefined;
  pool.expect(place.ahead?.() ?? []);
  if (child !== undefined && attempt === 1) head.taskRun = child.taskRun;
  if (attempt === 1) run.begin(child && { child: child.origin });
  const from = { task: task.id, taskRun: head.taskRun };
  const { store } = execution.files;
  return await runTask({
    plan: timeout.plan,
    id: attempt === 1 ? head.taskRun : child?.taskRun ?? randomId(),
    ...(child && { child }),
    ...(place.shared && { shared: place.shared }),
    root: execution.root,
    execution: execution.root.id,
    variables: variables(),
    secrets,
    hidden: execution.run.hidden ?? [],
    files: execution.files,
    env: execution.run.env,
    renderer: execution.renderer,
    launcher: execution.launcher,
    watches: execution.run.watches ?? false,
    signal: place.signal,
    onAsk: answersFor(execution, from, plan.limits.workspaceBytes),
    ...(execution.run.textOf && { textOf: execution.run.textOf }),
    emit: teller(run),
  }).finally(() => store.seal(from));
}

/** Tells what happens in a task run: with no secret in it, and no line that the task does not want. */
function teller(run: OpenRun): (event: EventWithoutHead) => void {
  const { execution, task } = run;
  return (raw) => {
    // A secret may be a part of what an event or a level is called.
    if (raw.type === "task.log") {
      logLine(run, raw.level, execution.mask(raw.message), task.logLevel);
    } else run.emit({ ...execution.mask(raw), type: raw.type });
  };
}

/** Keeps and tells one line of a log, unless it is below the level that its task wants. */
export function logLine(
  { execution, head, emit }: OpenRun,
  level: LogLevel,
  message: string,
  least: LogLevel = "TRACE",
): void {
  if (!isLevel(level, least)) return;
  const timestamp = execution.run.now().toISOString();
  const { task: id, taskRun, attempt } = head;
  execution.states.log(level, { taskId: id, taskRunId: taskRun, timestamp, message });
  execution.logs.add({
    timestamp,
    level,
    taskId: id,
    taskRunId: taskRun,
    attemptNumber: attempt - 1,
    message,
  });
  emit({ type: "task.log", level, message });
}

/** Code of an author's, which is given the variables themselves. */
function seesEverything({ program }: TaskPlan): boolean {
  return program?.kind === "eval" || program?.kind === "plugin";
}

/** The secrets that a task names. */
export function secretsOf({ run, secrets }: Execution, { task }: TaskPlan): Record<string, string> {
  return Object.fromEntries(
    [...findSecretsOf(task, run.plan.flow)].flatMap((name): [string, string][] => {
      const value = secrets.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
