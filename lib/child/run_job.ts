import type { Job, Result } from "../model/job.ts";
import { type Context, contextOf, scopeOf } from "./context.ts";
import { denialOf } from "./denial_of.ts";
import type { ExpressionError } from "./expression/expression_error.ts";
import { isTrue } from "./expression/is_true.ts";
import { readJob, send } from "./protocol.ts";
import { renderText } from "./render_text.ts";
import { reportDenials } from "./report_denials.ts";
import { TaskFailure } from "./task_failure.ts";

// Taken before the author's code runs: whatever it does, the process ends when its task ends.
const { exit } = Deno;

/** Does the work of one job and gives the task's outputs. */
export type Work = (job: Job, context: Context) => unknown;

/**
 * Reads the job of this process, does it, says how it went, and ends the process.
 *
 * @param prepare Runs before any of the author's text is looked at.
 * @param work What this kind of child does.
 */
export async function runJob(
  work: Work,
  prepare: (job: Job) => void | Promise<void> = () => {},
): Promise<void> {
  closeStorage();
  const job = readJob();
  let result: Result;
  try {
    reportDenials();
    await prepare(job);
    result = await resultOf(job, work);
  } catch (error) {
    result = failed(error);
  }
  try {
    send(result);
  } catch {
    exit(1); // The task closed standard output; a child without a result has failed.
  }
  exit(0);
}

async function resultOf(job: Job, work: Work): Promise<Result> {
  const scope = scopeOf(job);
  if (job.runIf !== undefined && !isTrue(renderText(job.runIf, scope))) {
    return { type: "result", state: "skipped" };
  }
  if (job.work.kind === "render") {
    const texts = job.work.texts.map((it) => renderText(it, scope));
    return { type: "result", state: "success", outputs: texts };
  }
  const outputs = await work(job, contextOf(job));
  return { type: "result", state: "success", outputs: asJson(outputs ?? {}) };
}

function failed(error: unknown): Result {
  const denial = denialOf(error);
  const outputs = error instanceof TaskFailure ? asJson(error.outputs) : undefined;
  return {
    type: "result",
    state: "failed",
    message: messageOf(error),
    ...(denial && { denial }),
    ...(outputs !== undefined && { outputs }),
  };
}

function messageOf(error: unknown): string {
  if (error instanceof TaskFailure) return error.message;
  if (!(error instanceof Error)) return String(error);
  // By name: the class comes with the expressions, which most jobs never load.
  if (error.name === "ExpressionError") {
    const { help } = error as ExpressionError;
    return help === undefined ? error.message : `${error.message}\n${help}`;
  }
  // Deno's advice is for whoever types its command line; here a policy decides.
  return `${error.name}: ${error.message.replace(/, run again with the --allow-[\w-]+ flag/g, "")}`;
}

/** What of a value survives as JSON; a cycle is an error with a reason. */
function asJson(value: unknown): unknown {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(
      JSON.stringify(value, (_, it) => typeof it === "bigint" ? Number(it) : it) ?? "null",
    );
  } catch (cause) {
    throw new TaskFailure(`Cannot use the task's outputs: ${(cause as Error).message}`);
  }
}

/** Storage that works without permissions and would be shared between tasks. */
function closeStorage(): void {
  for (const name of ["localStorage", "sessionStorage", "caches"]) {
    Reflect.deleteProperty(globalThis, name);
  }
}
