import type { Block } from "../../model/mod.ts";
import type { RunFlowable } from "./execution.ts";

/** `Sequential`: one after the other. */
export const runBlock: RunFlowable<Block> = (block, run) => run.runTasks(block.tasks);
