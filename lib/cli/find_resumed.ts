import { taskDigest } from "../execute/mod.ts";
import { type Begun, type Diagnostic, type FlowPlan, StageError } from "../model/mod.ts";
import { type Held, openExecutions } from "../state/mod.ts";
import { type CommandIo, UsageError } from "./command.ts";
import type { Args } from "./command_table.ts";
import { needStateDirectory } from "./state_directory.ts";
import type { RUN } from "./tables/run.ts";

type RunValues = Args<typeof RUN>["values"];

/** An execution that is to go on, and the flow that it is one of. */
export interface Resumed extends Disposable {
  readonly held: Held;
  /** Names the flow for `ask()`. */
  readonly flows: readonly string[];
  /**
   * Compares the flow, as it is now, with what was finished: only what was not finished may have
   * changed.
   *
   * @throws {StageError} `usage` for another flow, `refused` for a task that changed after it was
   * finished.
   */
  check(plan: FlowPlan): void;
}

/**
 * Finds the execution that `--resume` names.
 *
 * @param named The flow of the command line, which may be left out where its file is remembered.
 * @returns `undefined` without `--resume`.
 * @throws {StageError} When it cannot be resumed. {@linkcode UsageError} when the command line asks for
 * what a resumed execution has already, or does not say enough.
 */
export async function findResumed(
  io: CommandIo,
  values: RunValues,
  named: readonly string[],
): Promise<Resumed | undefined> {
  const id = values.resume;
  if (id === undefined) return undefined;
  if (values.input.length > 0 || values.inputs !== undefined) {
    throw new UsageError(
      `Cannot give inputs to execution "${id}" again: it goes on with those it was begun with`,
      "Leave --input and --inputs out, or run the flow anew",
    );
  }
  const held = openExecutions(await needStateDirectory(io, "resume an execution")).hold(id);
  try {
    return {
      held,
      flows: flowsOf(id, held.begun, values, named),
      check: (plan) => checkUnchanged(held, plan),
      [Symbol.dispose]: () => held[Symbol.dispose](),
    };
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

function flowsOf(
  id: string,
  { namespace, flowId, file }: Begun,
  { bundle }: RunValues,
  named: readonly string[],
): readonly string[] {
  if (named.length > 0) return named;
  if (bundle !== undefined) return [`${namespace}/${flowId}`];
  if (file !== undefined) return [file];
  throw new UsageError(
    `Cannot resume execution "${id}": its flow came from a bundle or from standard input`,
    "Name --bundle again, or the file of the flow",
  );
}

function checkUnchanged(held: Held, plan: FlowPlan): void {
  const { begun: { execution, namespace, flowId }, finished } = held;
  const { flow } = plan;
  if (flow.namespace !== namespace || flow.id !== flowId) {
    throw new StageError([{
      code: "run/resume-other-flow",
      severity: "error",
      message: `Cannot resume execution "${execution}" with "${flow.file}": that is flow ` +
        `${flow.namespace}/${flow.id}, and the execution is one of ${namespace}/${flowId}`,
    }], "usage");
  }
  const tasks = new Map(plan.tasks.map(({ task }) => [task.path, task]));
  const changed = new Map<string, Diagnostic>();
  for (const { key, digest } of finished.values()) {
    const path = key.replace(/@.*$/, "");
    const task = tasks.get(path);
    if (changed.has(path) || (task !== undefined && taskDigest(task) === digest)) continue;
    changed.set(path, {
      code: "run/resume-changed",
      severity: "error",
      message: task === undefined
        ? `Cannot resume execution "${execution}": the task at "${path}" was finished, and is ` +
          "not in the flow any more"
        : `Cannot resume execution "${execution}": task "${task.id}" was changed after the one ` +
          `at "${path}" was finished`,
      ...(task && { at: task.type.source }),
      help: "Change only what was not finished yet, or run the flow anew",
    });
  }
  if (changed.size > 0) throw new StageError([...changed.values()], "refused");
}
