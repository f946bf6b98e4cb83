import { isTrue } from "../expression/mod.ts";
import { TaskFailure } from "../run_job.ts";
import type { BuiltIn } from "./mod.ts";

/** `io.kestra.plugin.core.execution.Fail`: fails, always or when its condition is true. */
export const fail: BuiltIn = ({ condition, errorMessage }) => {
  if (condition !== undefined && !isTrue(String(condition))) return;
  throw new TaskFailure(String(errorMessage ?? "Task failure"));
};
