import type { Block } from "../../model/mod.ts";
import type { RunFlowable } from "./execution.ts";

/** `AllowFailure`: one after the other; a failure in it is a warning, once its `errors` have run. */
export const runForgiven: RunFlowable<Block> = async (block, run) => {
  const went = await run.runTasks(block.tasks);
  return went.state === "FAILED" ? { state: "WARNING", outputs: {}, isForgiven: true } : went;
};
