import type { Located, LocatedMap, Source, Task } from "../model/mod.ts";
import { checkShape, findLocated, sourceAt } from "../source/mod.ts";
import { type Findings, missing, wrongValue } from "./findings.ts";
import { readFlowable } from "./flowable/read_flowable.ts";
import { flowableOf, type Slot, USUAL_SLOTS } from "./flowables.ts";
import { TaskShape } from "./shapes.ts";
import { parseTaskKeys } from "./task_keys.ts";
import { isNull, kindOf, textOf } from "./located_values.ts";

/** A list of tasks that is to be read. */
interface List {
  readonly value: Located;
  /** Where the key stands: an empty list has no place worth showing. */
  readonly key: Source;
  readonly path: string;
  readonly slot: Slot;
}

/**
 * Reads a list of tasks, and those inside flowables.
 *
 * @param owner The flow, or what else holds the list.
 * @param key Where it holds it.
 * @param slot Whether it may be missing or empty; a missing one is the owner's complaint.
 * @param path Where the owner stands, for {@linkcode Task.path}; empty for the flow.
 */
export function parseTasks(
  owner: LocatedMap,
  key: string,
  slot: "required" | "optional",
  findings: Findings,
  path = "",
): Task[] {
  const entry = owner.entries.get(key);
  if (entry === undefined) return [];
  return readList({ ...entry, slot, path: path === "" ? key : `${path}.${key}` }, findings);
}

function readList({ value, key, path, slot }: List, findings: Findings): Task[] {
  const { problems } = findings;
  if (isNull(value) || (value.kind === "list" && value.items.length === 0)) {
    if (slot === "optional" || (slot === "filled" && isNull(value))) return [];
    problems.push({
      code: "flow/no-tasks",
      severity: "error",
      message: `Cannot use "${path}": it holds no task`,
      at: key,
      help: "Put a task there, or take out what holds it",
    });
    return [];
  }
  if (value.kind !== "list") {
    problems.push(
      wrongValue(`"${path}"`, `expected a list of tasks, got ${kindOf(value)}`, key),
    );
    return [];
  }
  return value.items.flatMap((item, i) => {
    const at = `${path}[${i}]`;
    return slot === "steps" ? readStep(item, at, findings) : readTask(item, at, findings);
  });
}

/** A step of a Dag wraps its task. */
function readStep(step: Located, path: string, findings: Findings): Task[] {
  const task = findLocated(step, ["task"]);
  if (step.kind !== "map" || task !== undefined) {
    return readTask(task ?? step, path, findings);
  }
  findings.problems.push(
    missing(`"${path}"`, "task", step.source, "A step of a Dag is {task: {id, type}, dependsOn}"),
  );
  return [];
}

function readTask(item: Located, path: string, findings: Findings): Task[] {
  if (item.kind !== "map") {
    const fact = `expected a task, got ${kindOf(item)}`;
    findings.problems.push(wrongValue(`"${path}"`, fact, item.source, "A task has id and type"));
    return [];
  }
  const shape = checkShape(TaskShape, item, "flow", path, findings.problems);
  if (shape === undefined) {
    // What it holds is looked at all the same, so that one call tells everything.
    childrenOf(item, textOf(findLocated(item, ["type"])) ?? "", path, findings);
    return [];
  }
  const task: Task = {
    id: shape.id,
    path,
    type: { value: shape.type, source: sourceAt(item, ["type"]) },
    effective: item,
    ...parseTaskKeys(shape.id, path, item, findings),
    children: childrenOf(item, shape.type, path, findings),
  };
  const flowable = readFlowable(task, findings);
  return [flowable === undefined ? task : { ...task, flowable }];
}

function childrenOf(
  owner: LocatedMap,
  type: string,
  path: string,
  findings: Findings,
): Task[] {
  const flowable = flowableOf(type);
  if (flowable === undefined) return looseChildren(owner, path, findings);
  const name = textOf(findLocated(owner, ["id"])) ?? path;
  for (const [key, slot] of Object.entries(flowable.slots)) {
    if (!["required", "steps"].includes(slot) || owner.entries.has(key)) continue;
    findings.problems.push(
      missing(`task "${name}"`, key, owner.source, `${type} runs the tasks it holds there`),
    );
  }
  return [...owner.entries].flatMap(([key, { key: at, value }]) => {
    const slot = Object.hasOwn(flowable.slots, key) ? flowable.slots[key] : undefined;
    if (slot === undefined) return [];
    if (slot !== "cases") {
      return readList({ value, key: at, path: `${path}.${key}`, slot }, findings);
    }
    if (isNull(value)) return [];
    if (value.kind === "map") {
      return [...value.entries].flatMap(([name, it]) =>
        readList({ ...it, path: `${path}.cases.${name}`, slot: "required" }, findings)
      );
    }
    findings.problems.push(
      wrongValue(`"${path}.cases"`, `expected a map of lists, got ${kindOf(value)}`, at),
    );
    return [];
  });
}

/**
 * The tasks inside a class that nobody knows: maps with an id and a class, where flowables keep
 * theirs. Anything else there belongs to the class, and is no complaint.
 */
function looseChildren(owner: LocatedMap, path: string, findings: Findings): Task[] {
  return [...owner.entries].flatMap(([key, { value }]) => {
    if (!USUAL_SLOTS.includes(key)) return [];
    const lists: [string, Located][] = value.kind === "map" && key === "cases"
      ? [...value.entries].map(([name, it]) => [`${path}.cases.${name}`, it.value])
      : [[`${path}.${key}`, value]];
    return lists.flatMap(([at, list]) =>
      list.kind !== "list" ? [] : list.items.flatMap((item, i) => {
        const task = findLocated(item, ["task"]) ?? item;
        const looksLikeTask = ["id", "type"].every((it) =>
          textOf(findLocated(task, [it])) !== undefined
        );
        return looksLikeTask ? readTask(task, `${at}[${i}]`, findings) : [];
      })
    );
  });
}
