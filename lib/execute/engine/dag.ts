import type { Graph, State } from "../../model/mod.ts";
import { failedFor, type RunFlowable, type Went } from "./execution.ts";
import { asBlock, stops, worse } from "./run_block.ts";

/**
 * `Dag`: each task once those it depends on have ended, side by side where nothing stands between them.
 *
 * When one has failed no further one begins, and those that run go on.
 */
export const runGraph: RunFlowable<Graph> = async (graph, run) => {
  const most = graph.concurrent > 0 ? graph.concurrent : Infinity;
  const left = new Set(graph.steps);
  const ended = new Set<string>();
  const running = new Set<Promise<void>>();
  let state: State = "SUCCESS";
  let stopped: Went | undefined;
  const begin = (step: Graph["steps"][number]) => {
    left.delete(step);
    const going = run.runTasks([step.task], { isHalted: () => stopped !== undefined })
      .then((went) => {
        running.delete(going);
        ended.add(step.task.id);
        state = worse(state, went.state);
        if (stops(went.state)) stopped ??= went;
      });
    running.add(going);
  };
  for (;;) {
    for (const step of left) {
      if (stopped !== undefined || run.signal.aborted || running.size >= most) break;
      if (step.dependsOn.every((it) => ended.has(it))) begin(step);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (stopped !== undefined) return { ...asBlock(stopped), state };
  if (left.size === 0) return { state, outputs: {} };
  if (run.signal.aborted) return { state: "KILLED", outputs: {} };
  const [first] = left;
  return failedFor(`Cannot begin "${first!.task.id}": what it depends on never ends`);
};
