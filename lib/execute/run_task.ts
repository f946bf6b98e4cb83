import { posix } from "node:path";
import type {
  Denial,
  Ending,
  EventBody,
  Job,
  LimitName,
  LogLevel,
  Metric,
  Program,
  Result,
  State,
  TaskPlan,
} from "../model/mod.ts";
import { canonicalClass } from "../catalog/aliases.ts";
import { TASK_PROPERTIES } from "../catalog/classes.ts";
import { toPlain } from "../source/to_plain.ts";
import { type AccessLog, MOST_ACCESSES } from "./access_log.ts";
import type { OnAsk } from "./answers/mod.ts";
import { attributeDenial } from "./attribute_denial.ts";
import type { TaskChild } from "./child_pool.ts";
import { limitValue, overLimit } from "./find_limits.ts";
import type { FileSources } from "./files/file_sources.ts";
import { handFiles } from "./files/hand_files.ts";
import { tellPlace, type TextOf } from "./locate_expression.ts";
import type { Renderer } from "./renderer.ts";
import { LOCAL_FILES, runLocalFiles } from "./run_local_files.ts";
import { runScript } from "./run_script.ts";
import { runChild } from "./run_child.ts";
import type { Launcher } from "./launcher.ts";
import type { ExecutionRoot, Workspace } from "./workspace.ts";

/** What a task run needs beside its plan. */
export interface TaskRun {
  readonly plan: TaskPlan;
  readonly id: string;
  /** Of an in-process task. */
  readonly child?: TaskChild;
  /** Where it works beside others, before it or after; one of its own without it. */
  readonly shared?: Workspace;
  readonly root: ExecutionRoot;
  readonly execution: string;
  /** What expressions see. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The secrets that the task names, decoded. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Values that are hidden beside its secrets: of inputs. */
  readonly hidden?: readonly string[];
  /** Where files come from, and where what the task leaves is stored. */
  readonly files: Omit<FileSources, "localFiles">;
  /** A variable of the harness that the policy lets through. */
  readonly env: (name: string) => string | undefined;
  /** Renders the texts of a script. */
  readonly renderer: Renderer;
  /** Answers what the task's child asks; without it every question is refused. */
  readonly onAsk?: OnAsk;
  /** Gives the texts of the files that the plan was made from. */
  readonly textOf?: TextOf;
  readonly launcher: Launcher;
  /** Whether what the task asks for is told, also where it gets it. */
  readonly watches?: boolean;
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

/** A program whose text is an interpreter's. */
export type ScriptProgram = Extract<Program, { readonly work: unknown }>;

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
  if (plan.program !== undefined && "work" in plan.program) {
    return await runScript(run, plan.program, reports);
  }
  if (run.child === undefined) throw new TypeError("an in-process task has no child");
  const outcome = await runInProcess(run, run.child, reports);
  return isLocalFiles(plan) ? await runLocalFiles(run, outcome) : outcome;
}

function isLocalFiles({ program, task }: TaskPlan): boolean {
  return program?.kind === "built-in" && canonicalClass(task.type.value) === LOCAL_FILES;
}

async function runInProcess(
  run: TaskRun,
  { child, workspace, accesses }: TaskChild,
  reports: Reports,
): Promise<TaskOutcome> {
  const { plan } = run;
  await using _held = run.shared === undefined ? workspace : undefined;
  const teller = accessTeller(run, workspace?.path);
  const tell = teller.denied;
  const { ending, result, limits } = await runChild(child, {
    job: await jobOf(run, workspace?.path),
    hidden: run.hidden ?? [],
    ...(plan.timeoutMs !== undefined && { timeoutMs: plan.timeoutMs }),
    signal: run.signal,
    ...reports,
    onDenied: tell,
    ...(run.onAsk && { onAsk: run.onAsk }),
  });
  tellLimits(run, limits);
  const { denial, ...outcome } = outcomeOf(ending, result);
  if (denial !== undefined) tell(denial);
  await teller.accessed(accesses);
  if (result?.state !== "failed" || outcome.error !== result.message) return outcome;
  return {
    ...outcome,
    error: tellPlace(result.message, result.at, plan.task.effective, run.textOf),
  };
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
export function denialTeller(
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

/**
 * Tells what a task run was refused, and when it has ended what else it has asked for.
 *
 * What Deno was asked and did not refuse, the kernel may have: then it was told as that.
 */
export function accessTeller(run: TaskRun, workspace: string | undefined): {
  readonly denied: (denial: Denial) => void;
  readonly accessed: (log: AccessLog | undefined) => Promise<void>;
} {
  const tell = denialTeller(run, workspace);
  const refused: Denial[] = [];
  return {
    denied(denial) {
      refused.push(denial);
      tell(denial);
    },
    async accessed(log) {
      if (log === undefined) return;
      const { asked, isCut } = await log.read(ownPaths(run.plan));
      const isRefused = (it: Denial) =>
        refused.some(({ permission, value }) =>
          permission === it.permission &&
          (value === undefined || it.value === undefined || samePlace(it, value, workspace))
        );
      for (const it of asked) if (!isRefused(it)) run.emit({ type: "task.accessed", ...it });
      if (isCut) {
        const message =
          `More than ${MOST_ACCESSES} different accesses: the others are not recorded`;
        run.emit({ type: "task.log", level: "WARN", message });
      }
      await log.remove();
    },
  };
}

function samePlace(it: Denial, value: string, workspace: string | undefined): boolean {
  if (it.permission !== "read" && it.permission !== "write") return it.value === value;
  return posix.resolve(workspace ?? "/", value) === it.value;
}

/** What the runtime of a child, and not its task, is made of. */
function ownPaths({ program, argv }: TaskPlan): readonly string[] {
  const main = argv.find((it) => /^\/.*\.m?js$/.test(it));
  return [
    ...(main === undefined ? [] : [posix.dirname(main)]),
    ...(program?.kind === "plugin" ? [program.module] : []),
  ];
}

async function jobOf(run: TaskRun, workspace: string | undefined): Promise<Job> {
  const { plan, variables, secrets } = run;
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
    ...await handFiles(run, [propertiesOf(plan), task.runIf?.value]),
    ...(task.runIf && { runIf: task.runIf.value }),
    ...(workspace !== undefined && { workspace }),
  };
}

/** What belongs to the class: what every task has is the harness's business. */
function propertiesOf({ task }: TaskPlan): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(toPlain(task.effective)).filter(([key]) => !TASK_PROPERTIES.includes(key)),
  );
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
    case "lost":
      return failed(ending, `was lost: ${ending.reason}`);
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
