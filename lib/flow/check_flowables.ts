import type { Flow, Task } from "../model/mod.ts";
import { checkDag } from "./check_dag.ts";
import { checkSubflow } from "./check_subflow.ts";
import { checkSwitch } from "./check_switch.ts";
import { checkWorkingDirectory } from "./check_working_directory.ts";
import { type Findings, missing } from "./findings.ts";
import { flowableName, flowableOf } from "./flowables.ts";
import { isNull } from "./located_values.ts";

/** Says what Kestra rejects in a flowable, and in all that are in it. */
export function checkFlowables(
  tasks: readonly Task[],
  flow: Pick<Flow, "id" | "namespace">,
  findings: Findings,
): void {
  for (const task of tasks) {
    checkNeeds(task, findings);
    checkOne(task, flow, findings);
    checkFlowables(task.children, flow, findings);
  }
}

function checkNeeds({ id, type, effective }: Task, { problems }: Findings): void {
  for (const name of flowableOf(type.value)?.needs ?? []) {
    if (!isNull(effective.entries.get(name)?.value)) continue;
    const help = `${type.value} does nothing without it`;
    problems.push(missing(`task "${id}"`, name, effective.source, help));
  }
}

function checkOne(
  task: Task,
  flow: Pick<Flow, "id" | "namespace">,
  { problems }: Findings,
): void {
  switch (flowableName(task.type.value)) {
    case "Dag":
      return checkDag(task, problems);
    case "Switch":
      return checkSwitch(task, problems);
    case "WorkingDirectory":
      return checkWorkingDirectory(task, problems);
    case "ForEachItem":
    case "Subflow":
      return checkSubflow(task, flow, problems);
  }
}
