import type { Job, Result } from "../model/job.ts";
import { type Context, contextOf, scopeOf } from "./context.ts";
import { denialOf } from "./denial_of.ts";
import { ExpressionError, isTrue, render } from "./expression/mod.ts";
import { readJob, send } from "./protocol.ts";

/** Does the work of one job and gives the task's outputs. */
export type Work = (job: Job, context: Context) => unknown;

/** A task that failed, and the outputs that it has all the same. */
export class TaskFailure extends Error {
  override readonly name = "TaskFailure";
  readonly outputs: unknown;

  constructor(message: string, outputs?: unknown) {
    super(message);
    this.outputs = outputs;
  }
}

/**
 * Reads the job of this process, does it, says how it went, and ends the process.
 *
 * @param prepare Runs before any of the author's text is looked at.
 * @param work What this kind of child does.
 */
export async function runJob(
  work: Work,
  prepare: (job: Job) => Promise<void> = async () => {},
): Promise<void> {
  closeStorage();
  const job = readJob();
  let result: Result;
  try {
    await prepare(job);
    result = await resultOf(job, work);
  } catch (error) {
    result = failed(error);
  }
  send(result);
  Deno.exit(0);
}

async function resultOf(job: Job, work: Work): Promise<Result> {
  const scope = scopeOf(job);
  if (job.runIf !== undefined && !isTrue(render(job.runIf, scope))) {
    return { type: "result", state: "skipped" };
  }
  if (job.work.kind === "render") {
    const texts = job.work.texts.map((it) => render(it, scope));
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
  if (error instanceof ExpressionError) {
    return error.help === undefined ? error.message : `${error.message}\n${error.help}`;
  }
  if (!(error instanceof Error)) return String(error);
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
