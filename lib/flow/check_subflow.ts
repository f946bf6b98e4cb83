import type { Diagnostic, Flow, Task } from "../model/mod.ts";
import { findLocated } from "../source/mod.ts";
import { textOf } from "./located_values.ts";

/** Says that a task starts the flow it stands in, which would never end (`FlowValidator`). */
export function checkSubflow(
  { id, effective }: Task,
  flow: Pick<Flow, "id" | "namespace">,
  problems: Diagnostic[],
): void {
  const flowId = findLocated(effective, ["flowId"]);
  if (textOf(flowId) !== flow.id) return;
  if (textOf(findLocated(effective, ["namespace"])) !== flow.namespace) return;
  problems.push({
    code: "flow/recursive-subflow",
    severity: "error",
    message: `Cannot use task "${id}": it calls its own flow "${flow.namespace}.${flow.id}"`,
    at: flowId!.source,
    help: "Call another flow, or repeat the tasks with a loop",
  });
}
