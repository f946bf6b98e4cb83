import {
  type FlowPlan,
  type Input,
  type Sourced,
  StageError,
  type Started,
  type State,
} from "../../model/mod.ts";
import { findSecrets } from "../find_secrets.ts";
import { type FlowOutcome, type FlowRun, runFlow } from "../run_flow.ts";
import { randomId } from "../workspace.ts";
import type { FlowableRun } from "./execution.ts";

/** How many executions may start each other, one below the other. */
export const MAX_DEPTH = 10;

/** An execution that a task has started, or why it could not. */
export type StartedExecution =
  | {
    readonly ok: true;
    readonly id: string;
    readonly plan: FlowPlan;
    /** When it has ended; it never rejects but for a fault of the harness. */
    readonly ended: Promise<FlowOutcome>;
  }
  | { readonly ok: false; readonly message: string };

/** What else is known of one execution among several that a task starts. */
export interface StartMore {
  /** Over what the task's expressions see otherwise. */
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly iteration?: number;
  readonly renderAtEnd?: readonly unknown[];
}

/**
 * Starts an execution of the flow that a task names: of its own, with inputs of its own, under the plan that
 * was made of it before anything ran. It shares the slots of this one, and each sees the files that the
 * other has stored.
 *
 * Source: kestra-io/kestra, `ExecutableUtils.subflowExecution()`.
 */
export async function startExecution(
  started: Started,
  run: FlowableRun,
  more: StartMore = {},
): Promise<StartedExecution> {
  const { execution, plan: { task } } = run;
  const outer = execution.run;
  const named = await run.render([started.namespace.value, started.flowId.value], more.variables);
  if (!named.ok) return { ok: false, message: named.message };
  const [namespace, flowId] = (named.value as unknown[]).map(String) as [string, string];
  const key = `${namespace}/${flowId}`;
  const found = outer.subflows?.get(key);
  if (found === undefined) {
    return { ok: false, message: `Cannot start flow "${key}": there is none of that name` };
  }
  if ("refused" in found) {
    return { ok: false, message: `Cannot start flow "${key}": ${found.refused}` };
  }
  const depth = (outer.depth ?? 0) + 1;
  if (depth > MAX_DEPTH) {
    return {
      ok: false,
      message:
        `Cannot start flow "${key}": ${MAX_DEPTH} executions have started each other already`,
    };
  }
  const { plan } = found;
  const labels = await labelsFor(started, plan, run, more);
  if (typeof labels === "string") return { ok: false, message: labels };
  const inputs = await inputsFor(started.inputs, plan, run, more);
  if (typeof inputs === "string") return { ok: false, message: inputs };
  const id = randomId();
  const {
    journal: _,
    givenFiles: _g,
    inputFiles: _i,
    renderAtEnd: _r,
    originalId: _o,
    ...shared
  } = outer;
  const ended = runFlow({
    ...shared satisfies FlowRun,
    execution: id,
    plan,
    inputs: inputs.values,
    hidden: [...outer.hidden ?? [], ...inputs.secrets],
    labels,
    depth,
    slots: execution.slots,
    starterFiles: execution.files.store,
    parent: { execution: execution.id, taskRun: run.taskRun },
    trigger: {
      executionId: execution.id,
      namespace: outer.plan.flow.namespace,
      flowId: outer.plan.flow.id,
      flowRevision: 1,
      taskRunId: run.taskRun,
      taskId: task.id,
      ...(run.place.value !== undefined && { taskRunValue: run.place.value }),
      ...((more.iteration ?? run.place.iteration) !== undefined && {
        taskRunIteration: more.iteration ?? run.place.iteration,
      }),
    },
    signal: run.signal,
    ...(more.renderAtEnd && { renderAtEnd: more.renderAtEnd }),
  });
  return { ok: true, id, plan, ended };
}

/** The inputs of the execution; a text for why there are none. */
async function inputsFor(
  written: Sourced<unknown> | undefined,
  { flow }: FlowPlan,
  run: FlowableRun,
  { variables }: StartMore,
) {
  const { renderer, secrets, run: { resolveInputs } } = run.execution;
  const rendered = await run.render(written?.value ?? {}, variables);
  if (!rendered.ok) return rendered.message;
  const given = rendered.value as Record<string, unknown>;
  const known = Object.fromEntries(
    Object.entries(given).filter(([name]) => {
      if (isWanted(name, flow.inputs)) return true;
      run.log("WARN", `flow "${flow.namespace}/${flow.id}" asks for no input "${name}"`);
      return false;
    }),
  );
  if (resolveInputs === undefined) return { values: known, secrets: [] };
  try {
    return await resolveInputs(flow.inputs, known, {
      asks: false,
      render: (value, own) =>
        renderer.render(value, {
          variables: {
            vars: flow.variables,
            labels: flow.labels,
            flow: { id: flow.id, namespace: flow.namespace },
            ...own,
          },
          secrets: Object.fromEntries(
            [...findSecrets([value, flow.variables])].flatMap((name): [string, string][] => {
              const secret = secrets.get(name);
              return secret === undefined ? [] : [[name, secret]];
            }),
          ),
        }),
    });
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return `Cannot start flow "${flow.namespace}/${flow.id}": ${
      error.diagnostics.map((it) => it.message).join("; ")
    }`;
  }
}

/** `a.b` may be given as it is, or within a map `a`. */
function isWanted(name: string, inputs: readonly Input[]): boolean {
  return inputs.some(({ id }) => id === name || id.startsWith(`${name}.`));
}

/** Those of the execution where they are inherited, and the task's own over them. */
async function labelsFor(
  { labels, inheritLabels }: Started,
  { flow }: FlowPlan,
  run: FlowableRun,
  { variables }: StartMore,
): Promise<Record<string, string> | string> {
  const rendered = await run.render(labels?.value ?? {}, variables);
  if (!rendered.ok) return rendered.message;
  const own = Array.isArray(rendered.value)
    ? rendered.value.map((it): [string, unknown] => [String(it?.key), it?.value])
    : Object.entries(rendered.value as object);
  const inherited = [...run.execution.labels].filter(([name]) =>
    name.startsWith("system.") || (inheritLabels && !Object.hasOwn(flow.labels, name))
  );
  return Object.fromEntries(
    [...inherited, ...own].map(([name, value]) => [name, String(value ?? "")]),
  );
}

/** What becomes of a task whose execution ended so (`ExecutableUtils.guessState()`). */
export function stateAfter(state: State, transmitFailed: boolean): State {
  return transmitFailed && ["FAILED", "KILLED", "WARNING"].includes(state) ? state : "SUCCESS";
}
