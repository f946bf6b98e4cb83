import { isTrue } from "../../source/is_true.ts";
import { TaskFailure } from "../task_failure.ts";
import type { BuiltIn } from "./mod.ts";

/** How much of a condition is told. */
const SHOWN = 200;

/**
 * `io.kestra.plugin.core.execution.Assert`: fails when one of its conditions is not true, and names
 * those. One that cannot be rendered has failed; the others are looked at all the same. Its metrics are
 * `success` and `failed`.
 *
 * Its properties come as they are written, so that each condition can fail on its own.
 */
export const assert: BuiltIn = ({ conditions, errorMessage }, { logger, metric, render }) => {
  if (!Array.isArray(conditions)) {
    throw new TaskFailure('Cannot assert: the task has no list "conditions"');
  }
  const failed: string[] = [];
  for (const it of conditions) {
    const text = it === null ? "" : String(it);
    const fact = factAgainst(text, render);
    if (fact === undefined) continue;
    failed.push(shown(text));
    logger.error(`Assertion ${shown(text)} failed${fact}`);
  }
  metric({ name: "success", type: "counter", value: conditions.length - failed.length });
  metric({ name: "failed", type: "counter", value: failed.length });
  if (failed.length === 0) return;
  const count = `${failed.length} assertion${failed.length === 1 ? "" : "s"} failed`;
  const more = errorMessage === undefined || errorMessage === null
    ? ""
    : `\n${render(String(errorMessage))}`;
  throw new TaskFailure(`${count}: ${failed.join(", ")}${more}`);
};

/** What is against a condition; `undefined` where it is true. */
function factAgainst(condition: string, render: (text: string) => string): string | undefined {
  try {
    return isTrue(render(condition)) ? undefined : "";
  } catch (error) {
    if ((error as Error).name !== "ExpressionError") throw error;
    return `: ${(error as Error).message}`;
  }
}

function shown(condition: string): string {
  const line = condition.replace(/\s+/g, " ").trim();
  return `"${line.length <= SHOWN ? line : `${line.slice(0, SHOWN)}…`}"`;
}
