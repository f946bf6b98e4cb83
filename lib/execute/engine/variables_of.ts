import type { Task } from "../../model/mod.ts";
import { toPlain } from "../../source/to_plain.ts";
import type { Execution, Item, Parent, Place } from "./execution.ts";
import { type Mentions, readMentions } from "./named_outputs.ts";

/** One task run, as its expressions see it. */
export interface SeenRun {
  readonly task: Task;
  readonly taskRun: string;
  readonly startDate: string;
  /** Attempts that have ended. */
  readonly attempts: number;
}

/**
 * What expressions and scripts see.
 *
 * Of what grows with the execution, and of what may be large, only what the texts mention is there: a
 * thousand task runs are not each handed what the others have left.
 *
 * Source of the names: kestra-io/kestra, `RunVariables`.
 */
export function variablesOf(
  execution: Execution,
  place: Place,
  run: SeenRun,
  mentions: Mentions,
): Record<string, unknown> {
  const { task, taskRun, attempts } = run;
  const parents = parentsOf(place);
  const [parent] = parents;
  return {
    ...variablesOfFlow(execution, mentions, place),
    ...(mentions.mentions("envs") && { envs: envsOf(execution, task) }),
    task: { id: task.id, type: task.type.value },
    taskrun: {
      id: taskRun,
      startDate: run.startDate,
      attemptsCount: attempts,
      ...(place.parents[0] && { parentId: place.parents[0].taskRun }),
      ...(place.value !== undefined && { value: place.value }),
      ...(place.iteration !== undefined && { iteration: place.iteration }),
    },
    parents,
    ...(parent && { parent }),
    ...workerTaskrunOf(place),
    ...(place.items?.[0] && { item: itemOf(place.items) }),
  };
}

/** What expressions see that belong to no task: the flow's own outputs. */
export function variablesOfFlow(
  execution: Execution,
  { expressions, mentions, outputs }: Mentions,
  place?: Place,
): Record<string, unknown> {
  const { run: { plan: { flow }, inputs, originalId, trigger }, id, startDate, progress } =
    execution;
  return {
    // Whoever misspells one of them is told what there is.
    ...(expressions && {
      inputs,
      vars: flow.variables,
      labels: nested(execution.labels),
    }),
    outputs: mentions("outputs")
      ? execution.outputs.only(outputs, place ? valueAt(place) : () => undefined)
      : {},
    ...(mentions("trigger") && trigger && { trigger }),
    ...(execution.givenFiles && { files: execution.givenFiles }),
    flow: { id: flow.id, namespace: flow.namespace, revision: 1 },
    namespace: { id: flow.namespace },
    kestra: {},
    execution: {
      id,
      startDate,
      state: progress.state,
      ...(progress.endDate !== undefined && { endDate: progress.endDate }),
      ...(originalId !== undefined && { originalId }),
    },
  };
}

/** The values of the loops around a task run, from the outermost, its own last. */
export function valuesOf({ parents, value }: Place): readonly string[] {
  return [...parents.map((it) => it.value).toReversed(), value].filter((it) => it !== undefined);
}

const mentionsOf = new WeakMap<Task, Mentions>();

/** What the texts of a task mention; read once. */
export function mentionsOfTask(task: Task, kind: "texts" | "everything"): Mentions {
  if (kind === "everything") return EVERYTHING;
  const known = mentionsOf.get(task) ?? readMentions(toPlain(task.effective));
  mentionsOf.set(task, known);
  return known;
}

/** What the texts of a value that is no task's mention. */
export function mentionsOfValue(value: unknown): Mentions {
  return readMentions(value);
}

/** Of code that sees the variables themselves. */
const EVERYTHING: Mentions = { outputs: "all", expressions: true, mentions: () => true };

/** Inside a `WorkingDirectory` its own task run has a name as well, as in Kestra. */
function workerTaskrunOf({ parents: [parent] }: Place): Record<string, unknown> {
  if (parent?.task.flowable?.kind !== "WorkingDirectory") return {};
  return { workerTaskrun: { id: parent.taskRun, ...(parent.value && { value: parent.value }) } };
}

/** Flowables around that have neither a value nor outputs say nothing, and are left out. */
function parentsOf({ parents }: Place): readonly Record<string, unknown>[] {
  return parents.filter(saysSomething).map((it) => ({
    task: { id: it.task.id },
    ...(it.value !== undefined && {
      taskrun: {
        value: it.value,
        ...(it.iteration !== undefined && { iteration: it.iteration }),
      },
    }),
    ...(Object.keys(it.outputs).length > 0 && { outputs: it.outputs }),
  }));
}

function saysSomething({ value, outputs }: Parent): boolean {
  return value !== undefined || Object.keys(outputs).length > 0;
}

/** What `taskrun.value`, `parent.taskrun.value` and `parents[n].taskrun.value` come to. */
function valueAt(place: Place): (at: string) => string | undefined {
  return (at) => {
    if (at === "taskrun.value") return place.value;
    const index = Number(/\d+/.exec(at)?.[0] ?? 0);
    return place.parents.filter(saysSomething)[index]?.value;
  };
}

function itemOf(items: readonly Item[]): Record<string, unknown> {
  const [item, ...around] = items;
  return {
    ...item,
    ...(around[0] && { parent: around[0], parents: around.toReversed() }),
  };
}

/** Labels are nested by the dots in their names, as in Kestra. */
function nested(labels: ReadonlyMap<string, string>): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null);
  for (const [name, value] of labels) {
    const keys = name.split(".");
    let at = root;
    for (const key of keys.slice(0, -1)) {
      const below = at[key];
      at = at[key] = typeof below === "object"
        ? below as Record<string, unknown>
        : Object.create(null);
    }
    at[keys.at(-1)!] = value;
  }
  return root;
}

/**
 * Variables of the harness whose names begin with `ENV_`, without that and in small letters, those only
 * that the policy lets the task see.
 */
function envsOf({ run, plans }: Execution, { path }: Task): Record<string, string> {
  const names = plans.get(path)?.permissions?.env.allow ?? [];
  return Object.fromEntries(
    (names === "all" ? [] : names).flatMap((name): [string, string][] => {
      const value = name.startsWith("ENV_") ? run.env(name) : undefined;
      return value === undefined ? [] : [[name.slice(4).toLowerCase(), value]];
    }),
  );
}
