import type { Flowable, Task } from "../../model/mod.ts";
import type { Findings } from "../findings.ts";
import { flowableName } from "../flowables.ts";
import { readText, readWhole, refuseFlag, type ValueReader } from "../value_reader.ts";
import { readDag } from "./read_dag.ts";
import { readEach } from "./read_each.ts";
import { readLoopUntil } from "./read_loop_until.ts";
import { readPause } from "./read_pause.ts";
import { readForEachItem, readSubflow } from "./read_subflow.ts";
import { readSwitch } from "./read_switch.ts";
import { readWorkingDirectory } from "./read_working_directory.ts";
import { textOr } from "./text_or.ts";
import { tasksAt } from "./tasks_at.ts";

/**
 * Reads what a flowable says of its tasks: their order, and what they are run for.
 *
 * What it cannot do without is not looked for here; a flow that lacks it is no flow.
 *
 * @param task With its children.
 * @returns `undefined` for a class that contains no tasks, or that is known and not run.
 */
export function readFlowable(task: Task, findings: Findings): Flowable | undefined {
  const reader: ValueReader = {
    owner: `task "${task.id}"`,
    path: task.path,
    map: task.effective,
    findings,
  };
  const handlers = { errors: tasksAt(task, "errors"), finally: tasksAt(task, "finally") };
  const tasks = tasksAt(task, "tasks");
  const name = flowableName(task.type.value);
  switch (name) {
    case "Sequential":
    case "AllowFailure":
      return { kind: name, tasks, ...handlers };
    case "Parallel":
      refuseFlag(reader, "failFast", "the tasks beside one that fails are not stopped yet");
      return {
        kind: name,
        tasks,
        concurrent: readWhole(reader, "concurrent", 0) ?? 0,
        ...handlers,
      };
    case "ForEach":
    case "Loop":
    case "EachSequential":
    case "EachParallel":
      return { ...readEach(name, reader), tasks, ...handlers };
    case "If":
      return {
        kind: name,
        condition: textOr(readText(reader, "condition"), task),
        then: tasksAt(task, "then"),
        else: tasksAt(task, "else"),
        ...handlers,
      };
    case "Switch":
      return { ...readSwitch(task, reader), ...handlers };
    case "Dag":
      return { ...readDag(task, reader), ...handlers };
    case "LoopUntil":
    case "WaitFor":
      return { ...readLoopUntil(task, reader), tasks, ...handlers };
    case "Pause":
      return { ...readPause(reader), tasks, ...handlers };
    case "Subflow":
      return { ...readSubflow(task, reader), ...handlers };
    case "ForEachItem":
      return { ...readForEachItem(task, reader), ...handlers };
    case "WorkingDirectory":
      return { ...readWorkingDirectory(reader), tasks, ...handlers };
    case "Approval":
    case "Template":
    case undefined:
      return undefined;
  }
}
