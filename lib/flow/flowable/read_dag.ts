import type { Graph, Located, Task } from "../../model/mod.ts";
import { findLocated } from "../../source/mod.ts";
import { readTexts, readWhole, type ValueReader } from "../value_reader.ts";

/** Reads the steps of a `Dag`; that they name each other rightly is checked elsewhere. */
export function readDag(task: Task, reader: ValueReader): Omit<Graph, "errors" | "finally"> {
  const steps = task.effective.entries.get("tasks")?.value;
  const items = steps?.kind === "list" ? steps.items : [];
  return {
    kind: "Dag",
    concurrent: readWhole(reader, "concurrent", 0) ?? 0,
    steps: items.flatMap((step, i) => stepOf(step, i, task, reader)),
  };
}

function stepOf(step: Located, i: number, dag: Task, reader: ValueReader): Graph["steps"] {
  const path = `${dag.path}.tasks[${i}]`;
  const task = dag.children.find((it) => it.path === path);
  if (task === undefined || step.kind !== "map" || !findLocated(step, ["task"])) return [];
  return [{ task, dependsOn: readTexts({ ...reader, path, map: step }, "dependsOn") }];
}
