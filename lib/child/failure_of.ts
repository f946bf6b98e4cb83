import type { Result } from "../model/job.ts";
import { denialOf } from "./denial_of.ts";
import type { ExpressionError } from "./expression/expression_error.ts";
import { TaskFailure } from "./task_failure.ts";

/** Makes the last word of a task out of what it has thrown. */
export function failureOf(error: unknown): Result {
  const denial = denialOf(error);
  const outputs = error instanceof TaskFailure ? asJson(error.outputs) : undefined;
  return {
    type: "result",
    state: "failed",
    message: messageOf(error),
    ...(denial && { denial }),
    ...(isExpressionError(error) && { at: { text: error.template, offset: error.offset } }),
    ...(outputs !== undefined && { outputs }),
  };
}

function messageOf(error: unknown): string {
  if (error instanceof TaskFailure) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (isExpressionError(error)) {
    return error.help === undefined ? error.message : `${error.message}\n${error.help}`;
  }
  // Deno's advice is for whoever types its command line; here a policy decides.
  return `${error.name}: ${error.message.replace(/, run again with the --allow-[\w-]+ flag/g, "")}`;
}

/** By name: the class comes with the expressions, which most jobs never load. */
function isExpressionError(error: unknown): error is ExpressionError {
  return error instanceof Error && error.name === "ExpressionError";
}

/** What of a value survives as JSON; a cycle is an error with a reason. */
export function asJson(value: unknown): unknown {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(
      JSON.stringify(value, (_, it) => typeof it === "bigint" ? Number(it) : it) ?? "null",
    );
  } catch (cause) {
    throw new TaskFailure(`Cannot use the task's outputs: ${(cause as Error).message}`);
  }
}
