import { type Pause, StageError } from "../../model/mod.ts";
import { parseDuration } from "../../source/mod.ts";
import { failedFor, type FlowableRun, type RunFlowable, type Went } from "./execution.ts";
import { worse } from "./run_block.ts";
import { sleep } from "./sleep.ts";

/**
 * `Pause`: waits until its duration has passed, or until somebody lets it go on. It holds no slot
 * meanwhile.
 *
 * What is asked of whoever resumes it becomes its output `onResume`, and who that was, `resumed`.
 * Source: kestra-io/kestra, `Pause` and its `Behavior`.
 */
export const runPause: RunFlowable<Pause> = async (pause, run) => {
  const { execution: { run: { resumer } }, plan: { task } } = run;
  const duration = await durationOf(pause, run);
  if (typeof duration === "string") return failedFor(duration);
  if (duration === undefined && resumer === undefined && task.timeoutMs === undefined) {
    return failedFor("Cannot wait: nobody is there who could let it go on");
  }
  const untilMs = duration === undefined ? undefined : run.execution.run.now().getTime() + duration;
  run.emit({ type: "task.paused", ...(untilMs !== undefined && { untilMs }) });
  const woken = await wait(duration, run);
  switch (woken) {
    case "aborted":
      return { state: "KILLED", outputs: {} };
    case "kill":
      return { state: "KILLED", outputs: {}, error: "killed while it was paused" };
    case "resume":
      return await resume(pause, run);
    case "timed-out":
      return failedFor(`timed out after ${run.plan.task.timeoutMs!.value} ms`);
    case "passed":
      return await goOn(pause, run, {}, pause.behavior);
  }
};

/** In milliseconds; `undefined` where somebody has to come, and a text for why it cannot be known. */
async function durationOf(
  { pauseDuration }: Pause,
  run: FlowableRun,
): Promise<number | undefined | string> {
  if (pauseDuration === undefined) return undefined;
  const rendered = await run.render(pauseDuration.value);
  if (!rendered.ok) return rendered.message;
  const ms = parseDuration(String(rendered.value));
  return ms ?? `Cannot wait "${rendered.value}": it is no duration`;
}

/** How a pause ended. */
type Woken = "passed" | "timed-out" | "resume" | "kill" | "aborted";

async function wait(duration: number | undefined, run: FlowableRun): Promise<Woken> {
  const { signal, plan: { task }, execution: { run: { resumer, plan: { flow } } } } = run;
  // Whoever is asked is told when the answer does not matter any more.
  const over = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Woken>();
  const abort = () => resolve("aborted");
  const after = (ms: number, how: Woken) => sleep(ms, over.signal).then(() => resolve(how));
  signal.addEventListener("abort", abort, { once: true });
  try {
    if (signal.aborted) return "aborted";
    if (task.timeoutMs !== undefined) after(task.timeoutMs.value, "timed-out");
    if (duration !== undefined) after(duration, "passed");
    else {
      const question = { task: task.id, flow: `${flow.namespace}/${flow.id}` };
      resumer?.decide(question, over.signal).then((it) => it !== undefined && resolve(it));
    }
    return await promise;
  } finally {
    over.abort();
    signal.removeEventListener("abort", abort);
  }
}

async function resume(pause: Pause, run: FlowableRun): Promise<Went> {
  const { resumer, resolveInputs, now } = run.execution.run;
  const { onResume } = pause;
  const resumed = { by: resumer!.by, on: now().toISOString() };
  if (onResume.length === 0) return await goOn(pause, run, { resumed }, "RESUME");
  if (resolveInputs === undefined) return failedFor("Cannot ask for what the pause wants to know");
  const wanted = new Set(onResume.map((it) => it.id));
  try {
    const { values } = await resolveInputs(
      onResume,
      Object.fromEntries(Object.entries(resumer!.given).filter(([name]) => wanted.has(name))),
      { render: (value, variables) => run.render(value, variables), asks: resumer!.answers },
    );
    return await goOn(pause, run, { onResume: values, resumed }, "RESUME");
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return failedFor(error.message);
  }
}

/** Its tasks, which older flows have, run now; without any its behavior alone decides. */
async function goOn(
  { tasks }: Pause,
  run: FlowableRun,
  outputs: Readonly<Record<string, unknown>>,
  behavior: Pause["behavior"],
): Promise<Went> {
  switch (behavior) {
    case "FAIL":
      return { state: "FAILED", outputs, error: "nobody has resumed it in time" };
    case "CANCEL":
      return { state: "CANCELLED", outputs };
    case "RESUME":
    case "WARN": {
      run.setOutputs(outputs);
      const went = await run.runTasks(tasks);
      const state = behavior === "WARN" ? worse("WARNING", went.state) : went.state;
      return { ...went, state, outputs };
    }
  }
}
