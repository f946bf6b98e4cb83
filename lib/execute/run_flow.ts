import type {
  Event,
  EventBody,
  FlowPlan,
  Found,
  HarnessChild,
  Kernel,
  State,
  TaskHead,
  TaskPlan,
} from "../model/mod.ts";
import { toPlain } from "../source/to_plain.ts";
import { findSecrets } from "./find_secrets.ts";
import { type Launcher, openLauncher } from "./launcher.ts";
import { type Mask, maskSecrets } from "./mask_secrets.ts";
import { placeRules } from "./place_rules.ts";
import { runTask, type TaskOutcome } from "./run_task.ts";
import { type ExecutionRoot, makeExecutionRoot, randomId } from "./workspace.ts";

/** What a run needs beside its plan. */
export interface FlowRun {
  readonly plan: FlowPlan;
  /** The policy's digest, for the record. */
  readonly policy: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly env: (name: string) => string | undefined;
  /** Workspaces are made below it. */
  readonly workspaceRoot: string;
  readonly keep: boolean;
  readonly renderChild: HarnessChild;
  readonly kernel: Found<Kernel>;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly emit: (event: Event) => void;
}

/** How an execution ended. */
export interface FlowOutcome {
  readonly state: State;
  /** Whether what failed it was a deadline. */
  readonly timedOut: boolean;
}

/**
 * Walks a flow: its tasks one after the other, its `errors` when one has failed.
 *
 * @param run A plan of which nothing that would run is refused.
 * @throws When the harness cannot do its part, for one when the disk is full.
 */
export async function runFlow(run: FlowRun): Promise<FlowOutcome> {
  const { plan: { flow, tasks } } = run;
  const execution = randomId();
  const started = performance.now();
  const startDate = run.now().toISOString();
  const secrets = secretsOf(run);
  const mask = maskSecrets(secrets.values());
  const emit = (body: EventBody) =>
    run.emit({
      v: 1,
      at: run.now().toISOString(),
      execution,
      flow: `${flow.namespace}/${flow.id}`,
      ...body,
    });

  await using root = await makeExecutionRoot(run.workspaceRoot, execution, run.keep);
  emit({ type: "execution.started", inputs: mask(run.inputs), policy: run.policy });
  const outputs: Record<string, unknown> = {};
  using launcher = openLauncher(run.kernel);
  const walk: Walk = { run, launcher, execution, startDate, root, secrets, mask, emit, outputs };
  const main = await runTasks(tasks.filter((it) => isTopLevel(it, "tasks")), walk);
  if (main.state === "FAILED") {
    await runTasks(tasks.filter((it) => isTopLevel(it, "errors")), walk);
  }
  const state = run.signal.aborted ? "KILLED" : main.state;
  emit({ type: "execution.finished", state, elapsedMs: elapsedSince(started) });
  return { state, timedOut: main.timedOut };
}

interface Walk {
  readonly run: FlowRun;
  readonly launcher: Launcher;
  readonly execution: string;
  readonly startDate: string;
  readonly root: ExecutionRoot;
  readonly secrets: ReadonlyMap<string, string>;
  readonly mask: Mask;
  readonly emit: (body: EventBody) => void;
  readonly outputs: Record<string, unknown>;
}

function isTopLevel({ task }: TaskPlan, list: "tasks" | "errors"): boolean {
  return new RegExp(`^${list}\\[\\d+\\]$`).test(task.path);
}

async function runTasks(plans: readonly TaskPlan[], walk: Walk): Promise<FlowOutcome> {
  let state: State = "SUCCESS";
  for (const [i, plan] of plans.entries()) {
    // The thread of the next task is made while this one runs.
    for (const it of plans.slice(i, i + 2)) await prepareTask(it, walk);
    if (walk.run.signal.aborted) return { state: "KILLED", timedOut: false };
    const outcome = await runOne(plan, walk);
    if (outcome.state === "FAILED") {
      return { state: "FAILED", timedOut: outcome.ending?.kind === "timed-out" };
    }
    if (outcome.state === "KILLED") return { state: "KILLED", timedOut: false };
    if (outcome.state === "WARNING") state = "WARNING";
  }
  return { state, timedOut: false };
}

async function prepareTask({ kernel }: TaskPlan, { launcher, root }: Walk): Promise<void> {
  if (kernel !== undefined) launcher.prepare(placeRules(kernel, await root.nextSlot()));
}

async function runOne(plan: TaskPlan, walk: Walk): Promise<TaskOutcome> {
  const { run, mask } = walk;
  const { task } = plan;
  const head: TaskHead = { task: task.id, taskRun: randomId(), attempt: 1 };
  const started = performance.now();
  const emit = (body: object) => walk.emit({ ...head, ...body } as EventBody);
  emit({
    type: "task.planned",
    class: task.type.value,
    kind: plan.kind,
    spawn: plan.spawn,
    argv: plan.argv,
    because: plan.because,
  });
  emit({ type: "task.started" });
  const outcome = task.disabled ? { state: "SKIPPED", outputs: {} } as const : withAllowance(
    task.allowFailure,
    await runTask({
      plan,
      id: head.taskRun,
      root: walk.root,
      execution: walk.execution,
      variables: variablesOf(walk, plan, head.taskRun),
      secrets: Object.fromEntries(
        [...findSecretsOf(plan, run)].flatMap((name) => {
          const value = walk.secrets.get(name);
          return value === undefined ? [] : [[name, value]];
        }),
      ),
      env: run.env,
      renderChild: run.renderChild,
      launcher: walk.launcher,
      signal: run.signal,
      emit: (event) => emit(mask(event)),
    }),
  );
  walk.outputs[task.id] = outcome.outputs;
  for (const [name, value] of Object.entries(mask(outcome.outputs))) {
    emit({ type: "task.output", name, value });
  }
  emit({
    type: "task.finished",
    state: outcome.state,
    ...(outcome.ending && { ending: outcome.ending }),
    ...(outcome.error !== undefined && { error: mask(outcome.error) }),
    outputs: mask(outcome.outputs),
    elapsedMs: elapsedSince(started),
  });
  return outcome;
}

/** A failure that its flow allows is a warning (Kestra's `allowFailure`). */
function withAllowance(allowFailure: boolean, outcome: TaskOutcome): TaskOutcome {
  return allowFailure && outcome.state === "FAILED" ? { ...outcome, state: "WARNING" } : outcome;
}

/** What expressions and scripts see. */
function variablesOf(walk: Walk, { task }: TaskPlan, taskRun: string): Record<string, unknown> {
  const { run: { plan: { flow }, inputs }, execution, startDate, outputs } = walk;
  return {
    inputs,
    outputs,
    vars: flow.variables,
    labels: flow.labels,
    flow: { id: flow.id, namespace: flow.namespace },
    execution: { id: execution, startDate },
    task: { id: task.id, type: task.type.value },
    taskrun: { id: taskRun, startDate: walk.run.now().toISOString(), attemptsCount: 0 },
  };
}

/** Secrets come from `SECRET_NAME` in base64, as in Kestra's open-source edition. */
function secretsOf(run: FlowRun): ReadonlyMap<string, string> {
  const names = run.plan.tasks.flatMap((it) => [...findSecretsOf(it, run)]);
  return new Map(
    names.flatMap((name): [string, string][] => {
      const encoded = run.env(`SECRET_${name}`);
      const value = encoded === undefined ? undefined : decoded(encoded);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** `render()` renders a variable, so a task that calls it may ask for the variables' secrets. */
function findSecretsOf({ task }: TaskPlan, run: FlowRun): ReadonlySet<string> {
  const own = toPlain(task.effective);
  const rendersMore = JSON.stringify(own).includes("render");
  return new Set([
    ...findSecrets(own),
    ...(rendersMore ? findSecrets(run.plan.flow.variables) : []),
  ]);
}

function decoded(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64.trim()), (it) => it.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}

function elapsedSince(started: number): number {
  return Math.round(performance.now() - started);
}
