import type { Branch } from "../../model/mod.ts";
import { isTrue } from "../../source/is_true.ts";
import { failedFor, type RunFlowable } from "./execution.ts";

/** `If`: one of two branches. Its output is `evaluationResult`. */
export const runBranch: RunFlowable<Branch> = async (branch, run) => {
  const answer = await run.render(branch.condition.value);
  if (!answer.ok) return failedFor(answer.message);
  const evaluationResult = isTrue(String(answer.value));
  run.setOutputs({ evaluationResult });
  const went = await run.runTasks(evaluationResult ? branch.then : branch.else);
  return { ...went, outputs: { evaluationResult } };
};
