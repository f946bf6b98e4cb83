import type { Subflow } from "../../model/mod.ts";
import { failedFor, type FlowableRun, type RunFlowable, type Went } from "./execution.ts";
import { startExecution, stateAfter } from "./start_execution.ts";
import type { FlowOutcome } from "../run_flow.ts";

/**
 * `Subflow`: an execution of another flow as one task.
 *
 * Its outputs are `executionId`, `state` and, once it has ended, `outputs`: those of the flow, or those that
 * older tasks ask for themselves where the flow has none. Source: kestra-io/kestra, `Subflow`.
 */
export const runSubflow: RunFlowable<Subflow> = async (subflow, run) => {
  const started = await startExecution(subflow, run, {
    ...(subflow.outputs && { renderAtEnd: [subflow.outputs.value] }),
  });
  if (!started.ok) return failedFor(started.message);
  const { id, ended, plan } = started;
  if (!subflow.wait) {
    leave(ended, run);
    return { state: "SUCCESS", outputs: { executionId: id } };
  }
  run.setOutputs({ executionId: id });
  const outcome = await ended;
  const outputs = plan.flow.outputs.length > 0 || subflow.outputs === undefined
    ? outcome.outputs
    : ownOutputs(outcome);
  const seen = { executionId: id, state: outcome.state };
  if (typeof outputs === "string") return { ...failedFor(outputs), outputs: seen };
  return wentOf(subflow, outcome, run, {
    ...seen,
    ...(Object.keys(outputs).length > 0 && { outputs }),
  });
};

/** What older tasks ask for themselves; a text for why it cannot be had. */
function ownOutputs({ renderedAtEnd }: FlowOutcome): Readonly<Record<string, unknown>> | string {
  const [rendered] = renderedAtEnd ?? [];
  if (rendered === undefined) return {};
  return rendered.ok
    ? rendered.value as Record<string, unknown>
    : `Cannot take the outputs of the execution: ${rendered.message}`;
}

/** Nobody waits for it before the end of the whole. */
export function leave(ended: Promise<unknown>, { execution: { run } }: FlowableRun): void {
  run.background?.add(ended);
  ended.finally(() => run.background?.delete(ended)).catch(() => {});
}

function wentOf(
  { transmitFailed }: Subflow,
  { state, execution }: FlowOutcome,
  run: FlowableRun,
  outputs: Readonly<Record<string, unknown>>,
): Went {
  const own = stateAfter(state, transmitFailed);
  const fact = `execution ${execution}, which it has started, ended with ${state}`;
  if (state === "WARNING") run.log("WARN", fact);
  return { state: own, outputs, ...(own === "FAILED" && { error: fact }) };
}
