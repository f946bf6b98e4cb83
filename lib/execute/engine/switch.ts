import type { Choice } from "../../model/mod.ts";
import { failedFor, type RunFlowable } from "./execution.ts";

/**
 * `Switch`: the tasks of the case that the value names, else the defaults. Its outputs are the `value`, and
 * whether the `defaults` ran.
 */
export const runChoice: RunFlowable<Choice> = async (choice, run) => {
  const answer = await run.render(choice.value.value);
  if (!answer.ok) return failedFor(answer.message);
  const value = String(answer.value);
  const isCase = Object.hasOwn(choice.cases, value);
  const outputs = { value, defaults: !isCase };
  run.setOutputs(outputs);
  const went = await run.runTasks(isCase ? choice.cases[value]! : choice.defaults);
  return { ...went, outputs };
};
