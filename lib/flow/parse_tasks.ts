import type { Diagnostic, LocatedEntry, LocatedMap, Task } from "../model/mod.ts";
import { checkShape, findLocated, parseDuration, sourceAt } from "../source/mod.ts";
import { TaskShape } from "./shapes.ts";

/** Keys under which flowables of Kestra keep lists of tasks. */
const NESTED: readonly string[] = ["tasks", "then", "else", "errors", "finally", "defaults"];

/**
 * Reads a list of tasks, and those inside flowables.
 *
 * @param owner The flow or the task that holds the list.
 * @param key Where it holds it. An absent key is an empty list; an empty list is an error.
 * @param problems Receives what is wrong.
 * @param path Where the owner stands, for {@linkcode Task.path}; empty for the flow.
 */
export function parseTasks(
  owner: LocatedMap,
  key: string,
  problems: Diagnostic[],
  path = "",
): Task[] {
  const entry = owner.entries.get(key);
  if (entry === undefined) return [];
  return taskList(entry, path === "" ? key : `${path}.${key}`, problems);
}

function taskList({ key, value }: LocatedEntry, path: string, problems: Diagnostic[]): Task[] {
  if (value.kind !== "list" || value.items.length === 0) {
    problems.push({
      code: value.kind === "list" ? "flow/no-tasks" : "flow/wrong-value",
      severity: "error",
      message: value.kind === "list"
        ? `Cannot use "${path}": it holds no task`
        : `Cannot use "${path}": expected a list of tasks`,
      at: key,
    });
    return [];
  }
  return value.items.flatMap((item, i) => {
    const at = `${path}[${i}]`;
    // A step of a Dag wraps its task.
    const wrapped = item.kind === "map" && !item.entries.has("type")
      ? findLocated(item, ["task"])
      : undefined;
    const shape = checkShape(TaskShape, wrapped ?? item, "flow", at, problems);
    const effective = wrapped ?? item;
    if (shape === undefined || effective.kind !== "map") return [];
    return [taskOf(effective, shape, at, problems)];
  });
}

function taskOf(
  effective: LocatedMap,
  shape: ReturnType<typeof TaskShape.parse>,
  path: string,
  problems: Diagnostic[],
): Task {
  return {
    id: shape.id,
    path,
    type: { value: shape.type, source: sourceAt(effective, ["type"]) },
    effective,
    ...timeoutOf(effective, shape.timeout, problems),
    allowFailure: shape.allowFailure ?? false,
    disabled: shape.disabled ?? false,
    ...(shape.runIf !== undefined && {
      runIf: { value: String(shape.runIf), source: sourceAt(effective, ["runIf"]) },
    }),
    children: childrenOf(effective, path, problems),
  };
}

function timeoutOf(effective: LocatedMap, timeout: string | undefined, problems: Diagnostic[]) {
  if (timeout === undefined) return {};
  const source = sourceAt(effective, ["timeout"]);
  const value = parseDuration(timeout);
  if (value !== undefined && value > 0) return { timeoutMs: { value, source } };
  problems.push({
    code: "flow/wrong-value",
    severity: "error",
    message: `Cannot use timeout "${timeout}": expected a duration such as "PT30S"`,
    at: source,
  });
  return {};
}

function childrenOf(effective: LocatedMap, path: string, problems: Diagnostic[]): Task[] {
  const lists = [...effective.entries].filter(([key, { value }]) =>
    NESTED.includes(key) && looksLikeTasks(value)
  );
  const cases = effective.entries.get("cases")?.value;
  return [
    ...lists.flatMap(([key]) => parseTasks(effective, key, problems, path)),
    ...(cases?.kind === "map" && [...cases.entries.values()].some((it) => looksLikeTasks(it.value))
      ? [...cases.entries.keys()].flatMap((key) =>
        parseTasks(cases, key, problems, `${path}.cases`)
      )
      : []),
  ];
}

/** A property of some class may be called `tasks` and hold anything else. */
function looksLikeTasks(value: LocatedEntry["value"]): boolean {
  return value.kind === "list" &&
    value.items.some((it) =>
      it.kind === "map" && (it.entries.has("type") || it.entries.has("task"))
    );
}
