import type { Diagnostic, Task } from "../model/mod.ts";
import { isEmpty, isNull } from "./located_values.ts";

/** Says that a Switch has nothing to choose from (`SwitchTaskValidator`). */
export function checkSwitch({ id, effective }: Task, problems: Diagnostic[]): void {
  const cases = effective.entries.get("cases")?.value;
  // An empty list of defaults has had its own complaint.
  if (!isNull(effective.entries.get("defaults")?.value)) return;
  if (cases !== undefined && !isEmpty(cases)) return;
  problems.push({
    code: "flow/no-tasks",
    severity: "error",
    message: `Cannot use Switch "${id}": it has neither cases nor defaults`,
    at: effective.source,
    help: "Give it cases, each with a list of tasks",
  });
}
