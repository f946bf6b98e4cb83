import type { Parallel } from "../../model/mod.ts";
import type { RunFlowable } from "./execution.ts";

/** `Parallel`: side by side. */
export const runParallel: RunFlowable<Parallel> = ({ tasks, concurrent }, run) =>
  run.runTasks(tasks, { concurrent });
