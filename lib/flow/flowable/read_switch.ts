import type { Choice, Task } from "../../model/mod.ts";
import { readText, type ValueReader } from "../value_reader.ts";
import { textOr } from "./text_or.ts";
import { tasksAt } from "./tasks_at.ts";

/** Reads what a `Switch` goes by, and the tasks of each of its cases. */
export function readSwitch(task: Task, reader: ValueReader): Omit<Choice, "errors" | "finally"> {
  const cases = task.effective.entries.get("cases")?.value;
  const names = cases?.kind === "map" ? [...cases.entries.keys()] : [];
  return {
    kind: "Switch",
    value: textOr(readText(reader, "value"), task),
    cases: Object.fromEntries(names.map((it) => [it, tasksAt(task, `cases.${it}`)])),
    defaults: tasksAt(task, "defaults"),
  };
}
