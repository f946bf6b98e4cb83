import { flowableName, flowableOf } from "../../../flow/flowables.ts";
import type { Located, LocatedMap, LocatedScalar, Sourced } from "../../../model/mod.ts";

/** One list of tasks on the way to a task, and its place in it. */
interface Step {
  readonly list: Located;
  readonly index: number;
  /** `ordered`: those before it have ended when it begins. `free`: side by side, or in rounds. */
  readonly order: "ordered" | "free";
}

/** A task as its author wrote it, without defaults. */
export interface WrittenTask {
  readonly id: string;
  readonly type: Sourced<string>;
  readonly map: LocatedMap;
  /** From the flow down to it. */
  readonly steps: readonly Step[];
}

/** A flow as its author wrote it. */
export interface WrittenFlow {
  readonly root: LocatedMap;
  readonly id: string | undefined;
  readonly namespace: string | undefined;
  /** All of its tasks, in file order. */
  readonly tasks: readonly WrittenTask[];
}

/** Where a flow keeps tasks. */
const LISTS = ["tasks", "errors", "finally", "afterExecution"];
/** Their tasks run side by side, or more than once: a later one may have ended before. */
const FREE = ["Dag", "EachParallel", "EachSequential", "ForEach", "Loop", "LoopUntil", "Parallel"];

const known = new WeakMap<LocatedMap, WrittenFlow>();

/**
 * Finds the tasks of a flow in what was read of it. Goes by the same table of flowables as the parser, and
 * complains of nothing: what is no task is left out.
 */
export function writtenFlow(root: LocatedMap): WrittenFlow {
  const before = known.get(root);
  if (before !== undefined) return before;
  const tasks: WrittenTask[] = [];
  for (const name of LISTS) visit(root.entries.get(name)?.value, [], "ordered", tasks);
  const flow: WrittenFlow = {
    root,
    id: wordAt(root, "id"),
    namespace: wordAt(root, "namespace"),
    tasks,
  };
  known.set(root, flow);
  return flow;
}

function visit(
  list: Located | undefined,
  above: readonly Step[],
  order: Step["order"],
  tasks: WrittenTask[],
): void {
  if (list?.kind !== "list") return;
  for (const [index, item] of list.items.entries()) {
    if (item.kind !== "map") continue;
    const id = wordAt(item, "id");
    const type = item.entries.get("type")?.value;
    if (id === undefined || type?.kind !== "scalar" || typeof type.value !== "string") continue;
    const steps = [...above, { list, index, order }];
    tasks.push({ id, type: { value: type.value, source: type.source }, map: item, steps });
    for (const [slot, inner] of listsIn(type.value, item)) {
      const isFree = slot === "tasks" && FREE.includes(flowableName(type.value) ?? "WaitFor");
      visit(inner, steps, isFree ? "free" : "ordered", tasks);
    }
  }
}

/** The lists of tasks in a task, each under the key that holds it. */
function listsIn(type: string, map: LocatedMap): readonly (readonly [string, Located])[] {
  return Object.entries(flowableOf(type)?.slots ?? {}).flatMap(([name, slot]) => {
    const value = map.entries.get(name)?.value;
    if (value === undefined) return [];
    switch (slot) {
      case "cases":
        return value.kind === "map" ? [...value.entries].map(([key, it]) => [key, it.value]) : [];
      case "steps":
        return value.kind !== "list" ? [] : [[name, {
          ...value,
          items: value.items.flatMap((it) =>
            it.kind === "map" ? it.entries.get("task")?.value ?? [] : []
          ),
        }]];
      default:
        return [[name, value]];
    }
  });
}

/** Whether `other` stands behind `task`, so that nothing of it is there when `task` runs. */
export function comesLater(other: WrittenTask, task: WrittenTask): boolean {
  for (const [i, step] of task.steps.entries()) {
    const theirs = other.steps[i];
    if (theirs?.list !== step.list) return false;
    if (step.order === "free") return false;
    if (theirs.index !== step.index) return theirs.index > step.index;
  }
  return false;
}

/** A text with a value of its own, and the keys that lead to it. */
export interface WrittenText {
  readonly scalar: LocatedScalar & { readonly value: string };
  /** Keys from the task, or the flow; a place in a list is its number. */
  readonly path: readonly string[];
}

/** The texts of a task, those of tasks inside it left out. */
export function textsOf({ type, map }: WrittenTask): readonly WrittenText[] {
  const inner = new Set(Object.keys(flowableOf(type.value)?.slots ?? {}));
  return [...map.entries].flatMap(([key, { value }]) =>
    inner.has(key) ? [] : textsIn(value, [key])
  );
}

/** The texts in a value. */
export function textsIn(value: Located, path: readonly string[] = []): readonly WrittenText[] {
  const found: WrittenText[] = [];
  const walk = (it: Located, path: readonly string[]): void => {
    switch (it.kind) {
      case "scalar":
        if (typeof it.value === "string") found.push({ scalar: it as WrittenText["scalar"], path });
        return;
      case "list":
        return it.items.forEach((item, i) => walk(item, [...path, String(i)]));
      case "map":
        for (const [key, { value }] of it.entries) walk(value, [...path, key]);
    }
  };
  walk(value, path);
  return found;
}

/** A scalar of a map as text; `undefined` where it says nothing. */
export function wordAt(map: LocatedMap, key: string): string | undefined {
  const value = map.entries.get(key)?.value;
  return value?.kind === "scalar" && value.value !== null ? String(value.value) : undefined;
}
