import type { Job, Preparation, Result } from "../model/job.ts";
import { type Ask, ask } from "./ask.ts";
import { type Context, contextOf, scopeOf } from "./context.ts";
import { closeStorage } from "./close_storage.ts";
import { asJson, failureOf } from "./failure_of.ts";
import { isTrue } from "../source/is_true.ts";
import { endInput, nextLine, send } from "./protocol.ts";
import { loadExpressions, renderText } from "./render_text.ts";
import { reportDenials } from "./report_denials.ts";

// Taken before the author's code runs: whatever it does, the process ends when its task ends.
const { exit } = Deno;

/** Does the work of one job and gives the task's outputs. */
export type Work<Prepared> = (
  job: Job,
  context: Context,
  prepared: Prepared,
  ask: Ask,
) => unknown;

/**
 * Gets this process ready, waits for its one job, does it, says how it went, and ends the process.
 *
 * @param prepare Runs before there is a job, and so before any of the author's text is here.
 * @param work What this kind of child does.
 */
export async function runJob<Prepared>(
  prepare: (preparation: Preparation) => Prepared | Promise<Prepared>,
  work: Work<Prepared>,
): Promise<void> {
  closeStorage();
  let result: Result;
  try {
    const preparation = nextLine() as Preparation;
    reportDenials();
    if (preparation.expressions) loadExpressions();
    const prepared = await prepare(preparation);
    result = await resultOf(nextLine() as Job, work, prepared, ask);
  } catch (error) {
    result = failureOf(error);
  }
  try {
    send(result);
  } catch {
    exit(1); // The task closed standard output; a child without a result has failed.
  }
  exit(0);
}

async function resultOf<P>(job: Job, work: Work<P>, prepared: P, ask: Ask): Promise<Result> {
  const scope = scopeOf(job);
  if (job.runIf !== undefined && !isTrue(renderText(job.runIf, scope))) {
    return { type: "result", state: "skipped" };
  }
  // Code of an author's may read it.
  if (job.work.kind === "eval" || job.work.kind === "plugin") endInput();
  const outputs = await work(job, contextOf(job, ask), prepared, ask);
  return { type: "result", state: "success", outputs: asJson(outputs ?? {}) };
}
