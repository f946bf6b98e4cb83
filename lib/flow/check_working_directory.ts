import type { Diagnostic, Task } from "../model/mod.ts";
import { flowableName } from "./flowables.ts";

/**
 * Says which tasks of a WorkingDirectory cannot share it: a worker runs what is in it, and no
 * worker runs a flowable (`WorkingDirectoryTaskValidator`).
 */
export function checkWorkingDirectory(directory: Task, problems: Diagnostic[]): void {
  for (const { id, path, type } of directory.children) {
    const name = flowableName(type.value);
    if (name === undefined || !path.startsWith(`${directory.path}.tasks[`)) continue;
    problems.push({
      code: "flow/flowable-in-working-directory",
      severity: "error",
      message:
        `Cannot use task "${id}" in WorkingDirectory "${directory.id}": ${name} is a flowable`,
      at: type.source,
      help: "Put the WorkingDirectory into the flowable, or the task behind it",
    });
  }
}
