import type { Flow, Output, Retry, State } from "../../model/mod.ts";
import type { Rendered } from "../renderer.ts";
import type { FlowOutcome } from "../run_flow.ts";
import type { Execution, Place, Went } from "./execution.ts";
import { runInOrder } from "./run_block.ts";
import { renderForFlow } from "./render_for_flow.ts";
import { NEVER, runHandlers } from "./run_flowable.ts";
import { watchSla } from "./watch_sla.ts";

/**
 * Walks a flow: its tasks, its `errors` where they have failed, its `finally`, its outputs, and what is to
 * run when its state is known.
 */
export async function walk(whole: Execution): Promise<FlowOutcome> {
  const { run, id, mask, emit, labels, progress } = whole;
  const { flow } = run.plan;
  const started = performance.now();
  emit({
    type: "execution.started",
    inputs: mask(run.inputs),
    policy: run.policy,
    ...(labels.size > 0 && { labels: mask(Object.fromEntries(labels)) }),
    ...(run.parent && { parent: run.parent }),
    ...(run.journal?.resumed && { resumed: true }),
  });
  using watch = watchSla(whole);
  const execution = watch.look === undefined ? whole : { ...whole, changed: watch.look };
  await execution.changed?.();
  const place: Place = { parents: [], signal: AbortSignal.any([run.signal, watch.signal]) };
  const main = await runInOrder(flow.tasks, place, execution);
  await runHandlers(flow, main.state, place, execution);
  const left = await leave(execution);
  const state = stateOf(main, left.ok, watch.state(), run.signal);
  progress.state = state;
  progress.endDate = run.now().toISOString();
  await runInOrder(flow.afterExecution, { ...place, signal: NEVER, isHandler: true }, execution);
  const outputs = left.ok ? left.outputs : {};
  const renderedAtEnd = await renderAtEnd(execution, outputs);
  emit({
    type: "execution.finished",
    state,
    ...(flow.outputs.length > 0 && { outputs: mask(outputs) }),
    ...(!left.ok && { error: mask(left.message) }),
    elapsedMs: Math.round(performance.now() - started),
  });
  return {
    execution: id,
    state,
    timedOut: state === "FAILED" && main.ending?.kind === "timed-out",
    outputs,
    mask,
    ...(againAfter(main, flow) && { again: againAfter(main, flow)! }),
    ...(renderedAtEnd && { renderedAtEnd }),
  };
}

/** What the flow gives to whoever started it; where it cannot, the execution has failed. */
async function leave(execution: Execution): Promise<
  | { readonly ok: true; readonly outputs: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string }
> {
  const { flow } = execution.run.plan;
  const outputs: Record<string, unknown> = {};
  for (const output of flow.outputs) {
    const found = await outputOf(execution, output);
    if (!found.ok && output.required) {
      return { ok: false, message: `Cannot give output "${output.id}": ${found.message}` };
    }
    lay(outputs, output.id, found.ok ? found.value : null);
  }
  return { ok: true, outputs };
}

/** One output, as its type says. Source: kestra-io/kestra, `FlowInputOutput.typedOutputs()`. */
async function outputOf(execution: Execution, output: Output): Promise<Rendered> {
  const rendered = await renderForFlow(execution, output.value.value);
  if (!rendered.ok || (rendered.value === null && !output.required)) return rendered;
  const read = execution.run.readOutput?.(output, rendered.value) ?? rendered;
  return read.ok ? read : { ok: false, message: read.fact };
}

/** An output `a.b` is `b` in the map `a`. */
function lay(outputs: Record<string, unknown>, id: string, value: unknown): void {
  const keys = id.split(".");
  let at = outputs;
  for (const key of keys.slice(0, -1)) {
    const below = at[key];
    at = at[key] = typeof below === "object" && below !== null
      ? below as Record<string, unknown>
      : {};
  }
  at[keys.at(-1)!] = value;
}

async function renderAtEnd(
  execution: Execution,
  outputs: Readonly<Record<string, unknown>>,
): Promise<readonly Rendered[] | undefined> {
  const { renderAtEnd: wanted } = execution.run;
  if (wanted === undefined) return undefined;
  const all: Rendered[] = [];
  for (const it of wanted) all.push(await renderForFlow(execution, it, outputs));
  return all;
}

/** Whether another execution is to be tried in place of one that went so. */
function againAfter({ state, again }: Went, { retry }: Pick<Flow, "retry">): Retry | undefined {
  if (state !== "FAILED") return undefined;
  return again ?? (retry?.behavior === "CREATE_NEW_EXECUTION" ? retry : undefined);
}

function stateOf(
  main: Went,
  isLeft: boolean,
  broken: State | undefined,
  signal: AbortSignal,
): State {
  if (signal.aborted) return "KILLED";
  return broken ?? (isLeft ? main.state : "FAILED");
}
