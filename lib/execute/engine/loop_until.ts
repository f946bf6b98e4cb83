import type { Repeat } from "../../model/mod.ts";
import { parseDuration } from "../../source/parse_duration.ts";
import { isTrue } from "../../source/is_true.ts";
import { failedFor, type FlowableRun, type RunFlowable } from "./execution.ts";
import { stops } from "./run_block.ts";
import { sleep } from "./sleep.ts";

/**
 * `LoopUntil`: its tasks, again and again until the condition holds after a round. Its output is
 * `iterationCount`, which its tasks see as the round they are in, from 1.
 */
export const runRepeat: RunFlowable<Repeat> = async (repeat, run) => {
  const started = performance.now();
  for (let round = 1;; round++) {
    const outputs = { iterationCount: round };
    run.setOutputs(outputs);
    const went = await run.runTasks(repeat.tasks, { iteration: round - 1 });
    if (stops(went.state)) return { ...went, outputs };
    const frequency = await frequencyOf(repeat, run);
    if (typeof frequency === "string") return { ...failedFor(frequency), outputs };
    if (frequency.isDone) return { ...went, outputs };
    const { maxIterations, maxDurationMs, intervalMs } = frequency;
    const reached = round >= maxIterations
      ? "Max iterations reached"
      : performance.now() - started > maxDurationMs
      ? "Max duration reached"
      : undefined;
    if (reached !== undefined) {
      run.log("WARN", reached);
      return repeat.failOnMaxReached ? { ...failedFor(reached), outputs } : { ...went, outputs };
    }
    await sleep(intervalMs, run.signal);
    if (run.signal.aborted) return { state: "KILLED", outputs };
  }
};

interface Frequency {
  readonly isDone: boolean;
  readonly intervalMs: number;
  readonly maxIterations: number;
  readonly maxDurationMs: number;
}

/** Whether it is done, and else when it goes on; in words, what cannot be rendered or read. */
async function frequencyOf(repeat: Repeat, run: FlowableRun): Promise<Frequency | string> {
  const { condition, interval, maxIterations, maxDuration } = repeat;
  const answer = await run.render({
    condition: condition.value,
    interval: interval.value,
    ...(maxIterations && { maxIterations: maxIterations.value }),
    ...(maxDuration && { maxDuration: maxDuration.value }),
  });
  if (!answer.ok) return answer.message;
  const texts = answer.value as Readonly<Record<string, unknown>>;
  const intervalMs = parseDuration(String(texts.interval));
  if (intervalMs === undefined) return noDuration("interval", texts.interval);
  const most = texts.maxIterations === undefined ? Infinity : Number(texts.maxIterations);
  if (!(most >= 1)) {
    return `Cannot use maxIterations ${
      JSON.stringify(texts.maxIterations)
    }: it is no number from 1`;
  }
  const maxDurationMs = texts.maxDuration === undefined
    ? Infinity
    : parseDuration(String(texts.maxDuration));
  if (maxDurationMs === undefined) return noDuration("maxDuration", texts.maxDuration);
  return {
    isDone: isTrue(String(texts.condition)),
    intervalMs,
    maxIterations: most,
    maxDurationMs,
  };
}

function noDuration(name: string, value: unknown): string {
  return `Cannot use ${name} ${JSON.stringify(value)}: it is no duration`;
}
