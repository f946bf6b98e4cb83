import type { KernelRules, TaskPlan } from "../model/mod.ts";
import { toPlain } from "../source/to_plain.ts";
import { type AccessLog, openAccessLog } from "./access_log.ts";
import { localTimeZone } from "./local_time_zone.ts";
import type { Launcher } from "./launcher.ts";
import { placeRules } from "./place_rules.ts";
import { startChild, type StartedChild } from "./run_child.ts";
import { type ExecutionRoot, randomId, type Workspace } from "./workspace.ts";

/** The child of one task run, with what it was started for. */
export interface TaskChild {
  /** Of the task run. */
  readonly taskRun: string;
  readonly origin: "fresh" | "pre-started";
  /** Absent where the class has none. */
  readonly workspace?: Workspace;
  /** Rejects where it could not be started. */
  readonly child: Promise<StartedChild>;
  /** What it asks for; absent where nobody wants to know. */
  readonly accesses?: AccessLog;
}

/**
 * Children that were started before there was work for them, so that a task run need not wait for
 * its process.
 *
 * Each is for one task run and is never used again. It was started like any other child: by the
 * same command line, under the same rules, with the same limits, environment and guard, in a
 * workspace of its own; and it goes only to a task of which all of that is the same. It knows
 * nothing of any task before it is given one.
 */
export interface ChildPool extends AsyncDisposable {
  /**
   * Starts children for tasks that will run soon, as many as may wait, the first task's first. What
   * goes wrong with that is told where the task runs.
   */
  expect(plans: Iterable<TaskPlan>): void;
  /**
   * The child for a task run that begins now: one that waits, else a fresh one.
   *
   * @param shared Where it is to work, beside others: it has no workspace of its own then.
   * @throws When it can have no workspace: the disk is full, …
   */
  take(plan: TaskPlan, shared?: Workspace): Promise<TaskChild>;
}

/** What a pool needs. */
export interface ChildPoolNeeds {
  /** How many may wait; each takes some 30 MB. None: every child is fresh. */
  readonly most: number;
  readonly execution: string;
  readonly root: Pick<ExecutionRoot, "workspace">;
  readonly launcher: Pick<Launcher, "under" | "areSteady">;
  /** A variable of the harness that the policy lets through. */
  readonly env: (name: string) => string | undefined;
  /** Whether what children ask for is to be recorded. */
  readonly watches?: boolean;
}

/** A child that waits, or is about to. */
interface Waiting {
  readonly key: string;
  readonly made: Promise<TaskChild>;
  /** Of no use any more: it could not be started, or has ended. */
  readonly isSpent: () => boolean;
}

/** Opens a pool; disposing of it ends the children that still wait. */
export function openChildPool(needs: ChildPoolNeeds): ChildPool {
  const waiting: Waiting[] = [];
  return {
    expect(plans) {
      const left = waiting.map((it) => it.key);
      let asked = 0;
      for (const plan of plans) {
        if (asked++ >= needs.most) return;
        // Limits that are counted at the start would let in what another task has started by then.
        if (!isInProcess(plan) || !needs.launcher.areSteady(plan.limits)) continue;
        const key = keyOf(plan);
        const at = left.indexOf(key);
        if (at >= 0) left.splice(at, 1); // it is this one's
        else if (waiting.length < needs.most) waiting.push(startAhead(plan, key, needs));
      }
    },
    async take(plan, shared) {
      if (shared !== undefined && hasWorkspace(plan)) {
        return await begin(plan, "fresh", needs, shared);
      }
      const key = keyOf(plan);
      for (let at; (at = waiting.findIndex((it) => it.key === key)) >= 0;) {
        const [it] = waiting.splice(at, 1) as [Waiting];
        const made = await it.made.catch(() => undefined);
        if (made !== undefined && !it.isSpent()) return made;
        if (made !== undefined) await discard(made);
      }
      return await begin(plan, "fresh", needs);
    },
    async [Symbol.asyncDispose]() {
      const made = await Promise.all(
        waiting.splice(0).map((it) => it.made.catch(() => undefined)),
      );
      await Promise.all(made.map((it) => it && discard(it)));
    },
  };
}

function startAhead(plan: TaskPlan, key: string, needs: ChildPoolNeeds): Waiting {
  let spent = false;
  const made = begin(plan, "pre-started", needs);
  const ended = made.then(({ child }) => child).then(({ process }) => process.status);
  const mark = () => void (spent = true);
  ended.then(mark, mark);
  return { key, made, isSpent: () => spent };
}

/** Whether a task has a child of its own class; scripts come by theirs when their texts are rendered. */
export function isInProcess({ program, task }: TaskPlan): boolean {
  return program !== undefined && !("work" in program) && !task.disabled;
}

/** Two tasks of which this is the same may each have the child that was started for the other. */
function keyOf(plan: TaskPlan): string {
  const { argv, kernel, limits, permissions } = plan;
  const key = keys.get(plan) ??
    JSON.stringify([argv, kernel, limits, permissions?.env.allow, preparationFor(plan)]);
  keys.set(plan, key);
  return key;
}

/** A task in a loop has the same plan each time. */
const keys = new WeakMap<TaskPlan, string>();

/** Classes of our own write nothing. */
export function hasWorkspace({ program }: TaskPlan): boolean {
  return program?.kind !== "built-in";
}

async function begin(
  plan: TaskPlan,
  origin: TaskChild["origin"],
  { execution, root, launcher, env, watches = false }: ChildPoolNeeds,
  shared?: Workspace,
): Promise<TaskChild> {
  const taskRun = randomId();
  const workspace = hasWorkspace(plan) ? shared ?? await root.workspace(taskRun) : undefined;
  const accesses = watches ? await openAccessLog(root, taskRun, workspace) : undefined;
  const child = startChild({
    argv: plan.argv.map((it) => it.replaceAll("<workspace>", workspace?.path ?? "")),
    spawn: launcher.under(
      plan.kernel && placeRules(
        accesses === undefined ? plan.kernel : withLog(plan.kernel),
        accesses?.slot ?? workspace?.slot,
      ),
    ),
    mark: markOf(execution, taskRun),
    limits: plan.limits,
    env: { ...allowedEnv(plan.permissions?.env.allow ?? [], env), ...accesses?.env },
    cwd: workspace?.path ?? "/",
    preparation: preparationFor(plan),
  });
  child.catch(() => {}); // told to whoever waits for it
  return { taskRun, origin, ...(workspace && { workspace }), child, ...(accesses && { accesses }) };
}

/** A class of our own writes nothing but the log of what it asks for. */
function withLog(rules: KernelRules): KernelRules {
  return rules.write.includes("<workspace>")
    ? rules
    : { ...rules, write: [...rules.write, "<workspace>"] };
}

async function discard({ child, workspace, accesses }: TaskChild): Promise<void> {
  const started = await child.catch(() => undefined);
  if (started !== undefined) {
    const { process } = started;
    process.kill();
    await process.status.catch(() => {});
    for (const it of [process.stdout, process.stderr]) await it.cancel().catch(() => {});
    await process.stdin.abort().catch(() => {});
    await process.end();
  }
  await accesses?.remove();
  await workspace?.remove();
}

/** By which all that a task run starts is known: to the harness, and to the next if it dies. */
export function markOf(execution: string, taskRun: string): string {
  return `${execution}.${taskRun}`;
}

function preparationFor({ task, program, spawn }: TaskPlan) {
  return {
    // Our own classes hold no code of the author's: there is nobody to guard against.
    spawn: spawn === "allowed" || program?.kind === "built-in",
    expressions: /\{[{%#]/.test(JSON.stringify(toPlain(task.effective))),
  };
}

/**
 * What a process of a task gets of the harness's environment: these variables, and the time zone.
 *
 * @param names `"all"`, which nobody is given, is none.
 */
export function allowedEnv(
  names: "all" | readonly string[],
  env: (name: string) => string | undefined,
): Record<string, string> {
  const zone = localTimeZone(env);
  const allowed = Object.fromEntries(
    (names === "all" ? [] : names).flatMap((name) => {
      const value = env(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { ...(zone !== undefined && { TZ: zone }), ...allowed };
}
