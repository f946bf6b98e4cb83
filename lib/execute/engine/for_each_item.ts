import type { EachItem, State } from "../../model/mod.ts";
import type { FlowOutcome } from "../run_flow.ts";
import { failedFor, type FlowableRun, type RunFlowable, type Went } from "./execution.ts";
import { type Stage, stagesOf } from "./item_stages.ts";
import { splitItems } from "./split_items.ts";
import { startExecution, stateAfter } from "./start_execution.ts";
import { leave } from "./subflow.ts";

/**
 * `ForEachItem`: an execution of another flow for each batch of a stored file's lines.
 *
 * As in Kestra it is three tasks, whose outputs go by their ids: `ID_split` cuts the file (`splits`),
 * `ID_items` starts the executions (`numberOfBatches`, `iterations` by state), and `ID_merge` puts their
 * outputs into one file, a line for each (`subflowOutputs`). Every batch is run, also where one has
 * failed. Source: kestra-io/kestra, `ForEachItem`.
 */
export const runEachItem: RunFlowable<EachItem> = async (each, run) => {
  const stages = stagesOf(run);
  let batches: readonly string[] = [];
  const split = await stages.run("split", async (stage) => {
    const uri = await run.render(each.items.value);
    const batch = await run.render(
      Object.fromEntries(Object.entries(each.batch).map(([key, it]) => [key, it.value])),
    );
    if (!uri.ok) return failedFor(uri.message);
    if (!batch.ok) return failedFor(batch.message);
    const found = await splitItems(String(uri.value), batch.value as Record<string, string>, {
      store: run.execution.files.store,
      scratch: run.execution.root.path,
      from: stage.origin,
      signal: run.signal,
    });
    if (!found.ok) return failedFor(found.message);
    batches = found.batches;
    const splits = await stage.store("splits.txt", [batches.join("\n")]);
    return { state: "SUCCESS", outputs: { splits } };
  });
  if (split.state !== "SUCCESS") return blockOf(split);
  const results: Results = { outputs: [] };
  const items = await stages.run(
    "items",
    (stage) => runBatches(each, batches, results, run, stage),
  );
  if (items.state === "FAILED" || items.state === "KILLED") return blockOf(items);
  const merge = await stages.run("merge", async (stage) => {
    if (!results.outputs.some((it) => it !== undefined)) return { state: "SUCCESS", outputs: {} };
    const lines = results.outputs.map((it) => `${JSON.stringify(it ?? {})}\n`);
    return {
      state: "SUCCESS",
      outputs: { subflowOutputs: await stage.store("outputs.ion", lines) },
    };
  });
  return blockOf(merge.state === "SUCCESS" ? items : merge);
};

/** What the executions have left, by batch. */
interface Results {
  readonly outputs: (Readonly<Record<string, unknown>> | undefined)[];
}

/** As many at a time as tasks may run: more would only wait for each other. */
async function runBatches(
  each: EachItem,
  batches: readonly string[],
  results: Results,
  run: FlowableRun,
  stage: Stage,
): Promise<Went> {
  if (batches.length === 0) return { state: "SUCCESS", outputs: {} };
  const counts = new Map<State, number>();
  const count = (state: State) => counts.set(state, (counts.get(state) ?? 0) + 1);
  let failure: string | undefined;
  const next = batches.entries();
  const follow = async () => {
    for (const [iteration, items] of next) {
      if (run.signal.aborted) return;
      const started = await startExecution(each, { ...run, taskRun: stage.origin.taskRun }, {
        variables: { taskrun: { id: stage.origin.taskRun, items, iteration } },
        iteration,
      });
      if (!started.ok) {
        failure ??= started.message;
        count("FAILED");
        continue;
      }
      if (!each.wait) {
        leave(started.ended, run);
        count("SUCCESS");
        continue;
      }
      const { state, outputs }: FlowOutcome = await started.ended;
      count(state);
      if (started.plan.flow.outputs.length > 0) results.outputs[iteration] = outputs;
    }
  };
  await Promise.all(Array.from({ length: run.execution.slots.most }, follow));
  const outputs = {
    numberOfBatches: batches.length,
    iterations: { CREATED: 0, RUNNING: 0, ...Object.fromEntries(counts) },
  };
  if (run.signal.aborted) return { state: "KILLED", outputs };
  const state = worstOf(counts, each.transmitFailed);
  const failed = counts.get("FAILED") ?? 0;
  return {
    state: failure === undefined ? state : "FAILED",
    outputs,
    ...(failure !== undefined
      ? { error: failure }
      : state === "FAILED" && { error: `${failed} of ${batches.length} executions have failed` }),
  };
}

function worstOf(counts: ReadonlyMap<State, number>, transmitFailed: boolean): State {
  const states = [...counts.keys()].map((it) => stateAfter(it, transmitFailed));
  return (["FAILED", "KILLED", "WARNING"] as const).find((it) => states.includes(it)) ?? "SUCCESS";
}

function blockOf({ state, error }: Went): Went {
  return { state, outputs: {}, ...(error !== undefined && { error }) };
}
