import { isTrue } from "../../source/is_true.ts";
import { TaskFailure } from "../task_failure.ts";
import type { BuiltIn } from "./mod.ts";

/** `io.kestra.plugin.core.execution.Fail`: fails, always or when its condition is true. */
export const fail: BuiltIn = ({ condition, errorMessage }) => {
  if (condition !== undefined && !isTrue(String(condition))) return;
  throw new TaskFailure(String(errorMessage ?? "Task failure"));
};
