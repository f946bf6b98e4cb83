import type {
  Denial,
  Ending,
  EventBody,
  HarnessChild,
  Job,
  LimitName,
  LogLevel,
  Metric,
  Result,
  State,
  TaskPlan,
} from "../model/mod.ts";
import { canonicalClass } from "../catalog/aliases.ts";
import { TASK_PROPERTIES } from "../catalog/classes.ts";
import { toPlain } from "../source/to_plain.ts";
import { attributeDenial } from "./attribute_denial.ts";
import { limitValue, overLimit } from "./find_limits.ts";
import { localTimeZone } from "./local_time_zone.ts";
import { placeRules } from "./place_rules.ts";
import { runScript } from "./run_script.ts";
import { runChild } from "./run_child.ts";
import type { Launcher } from "./launcher.ts";
import type { ExecutionRoot } from "./workspace.ts";

/** What a task run needs beside its plan. */
export interface TaskRun {
  readonly plan: TaskPlan;
  readonly id: string;
  readonly root: ExecutionRoot;
  readonly execution: string;
  /** What expressions see. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The secrets that the task names, decoded. */
  readonly secrets: Readonly<Record<string, string>>;
  /** A variable of the harness that the policy lets through. */
  readonly env: (name: string) => string | undefined;
  /** A child that may do nothing: it renders expressions. */
  readonly renderChild: HarnessChild;
  readonly launcher: Launcher;
  readonly signal: AbortSignal;
  readonly emit: (event: EventWithoutHead) => void;
}

/** An event about a task run, before the heads are put on it. */
export type EventWithoutHead = EventBody extends infer E
  ? E extends { readonly task: string } ? Omit<E, "task" | "taskRun" | "attempt"> : never
  : never;

/** How a task run went. */
export interface TaskOutcome {
  readonly state: State;
  readonly ending?: Ending;
  readonly error?: string;
  /** What the task died of, where that was a denial. */
  readonly denial?: Denial;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Reports of a running task. */
export interface Reports {
  readonly onLog: (level: LogLevel, message: string) => void;
  readonly onMetric: (metric: Metric) => void;
}

/** Runs one task by its plan. What the task does wrong is an outcome, never an exception. */
export async function runTask(run: TaskRun): Promise<TaskOutcome> {
  const { plan, emit } = run;
  const reports: Reports = {
    onLog: (level, message) => emit({ type: "task.log", level, message }),
    onMetric: (metric) => emit({ type: "task.metric", metric }),
  };
  if (plan.program?.kind === "container") return await runScript(run, plan.program, reports);
  return await runInProcess(run, reports);
}

async function runInProcess(run: TaskRun, reports: Reports): Promise<TaskOutcome> {
  const { plan } = run;
  const needsWorkspace = plan.program?.kind !== "built-in";
  await using workspace = needsWorkspace ? await run.root.workspace(run.id) : undefined;
  const tell = denialTeller(run, workspace?.path);
  const { ending, result, limits } = await runChild({
    argv: plan.argv.map((it) => it.replaceAll("<workspace>", workspace?.path ?? "")),
    spawn: run.launcher.under(plan.kernel && placeRules(plan.kernel, workspace?.slot)),
    mark: markOf(run),
    limits: plan.limits,
    env: allowedEnv(run),
    cwd: workspace?.path ?? "/",
    job: jobOf(run, workspace?.path),
    ...(plan.timeoutMs !== undefined && { timeoutMs: plan.timeoutMs }),
    signal: run.signal,
    ...reports,
    onDenied: tell,
  });
  tellLimits(run, limits);
  const { denial, ...outcome } = outcomeOf(ending, result);
  if (denial !== undefined) tell(denial);
  return outcome;
}

/** By which all that a task run starts is known: to the harness, and to the next if it dies. */
export function markOf({ execution, id }: TaskRun): string {
  return `${execution}.${id}`;
}

/** Tells which limits a task ran into, with the rule behind each. */
export function tellLimits({ plan, emit }: TaskRun, limits: readonly LimitName[]): void {
  for (const limit of limits) {
    const rule = `bulkhead.limits.${limit}`;
    const value = limitValue(plan.limits, limit);
    const because = plan.because.find((it) => it.rule === rule);
    if (value !== undefined && because !== undefined) {
      emit({ type: "task.limited", limit, value, because });
    }
  }
}

/** Tells each denial once, with the rule behind it. */
function denialTeller(
  { plan, emit }: TaskRun,
  workspace: string | undefined,
): (denial: Denial) => void {
  const told = new Set<string>();
  return (denial) => {
    const found = attributeDenial(denial, plan, workspace);
    const key = JSON.stringify(found?.denial);
    if (found === undefined || told.has(key)) return;
    told.add(key);
    emit({ type: "task.denied", ...found.denial, because: found.because });
  };
}

function jobOf({ plan, variables, secrets }: TaskRun, workspace: string | undefined): Job {
  const { task, program } = plan;
  return {
    v: 1,
    work: program?.kind === "plugin"
      ? { kind: "plugin", module: program.module }
      : program?.kind === "eval"
      ? { kind: "eval" }
      : { kind: "built-in", type: canonicalClass(task.type.value) },
    task: propertiesOf(plan),
    variables,
    secrets,
    ...(task.runIf && { runIf: task.runIf.value }),
    ...(workspace !== undefined && { workspace }),
    // Our own classes hold no code of the author's: there is nobody to guard against.
    spawn: plan.spawn === "allowed" || program?.kind === "built-in",
  };
}

/** What belongs to the class: what every task has is the harness's business. */
function propertiesOf({ task }: TaskPlan): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(toPlain(task.effective)).filter(([key]) => !TASK_PROPERTIES.includes(key)),
  );
}

function allowedEnv({ plan, env }: TaskRun): Record<string, string> {
  const names = plan.permissions?.env.allow ?? [];
  const zone = localTimeZone(env);
  const allowed = Object.fromEntries(
    (names === "all" ? [] : names).flatMap((name) => {
      const value = env(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { ...(zone !== undefined && { TZ: zone }), ...allowed };
}

/** Turns how a child ended, and what it said last, into the outcome of its task run. */
export function outcomeOf(ending: Ending, result: Result | undefined): TaskOutcome {
  switch (ending.kind) {
    case "timed-out":
      return failed(ending, `timed out after ${ending.afterMs} ms`);
    case "interrupted":
      return { state: "KILLED", ending, error: "interrupted", outputs: {} };
    case "not-started":
      return failed(ending, `could not be started: ${ending.reason}`);
    case "limited":
      return failed(ending, `ended: ${overLimit(ending.limit, ending.value)}`);
    case "signaled":
      return failed(ending, `ended by ${ending.signal}`);
    case "exited":
      break;
  }
  if (result === undefined) {
    return failed(ending, `ended with code ${ending.code} and without a result`);
  }
  switch (result.state) {
    case "skipped":
      return { state: "SKIPPED", ending, outputs: {} };
    case "success":
      return { state: "SUCCESS", ending, outputs: asOutputs(result.outputs) };
    case "failed":
      return {
        state: "FAILED",
        ending,
        error: result.message,
        ...(result.denial && { denial: result.denial }),
        outputs: asOutputs(result.outputs),
      };
  }
}

function failed(ending: Ending, error: string): TaskOutcome {
  return { state: "FAILED", ending, error, outputs: {} };
}

/** Outputs are a map; a task that returns anything else has it under `value`. */
function asOutputs(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  return typeof value === "object" && !Array.isArray(value)
    ? value as Record<string, unknown>
    : { value };
}
