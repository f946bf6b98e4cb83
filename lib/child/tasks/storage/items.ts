import { isTrue } from "../../../source/is_true.ts";
import { TaskFailure } from "../../task_failure.ts";
import type { Context } from "../../context.ts";
import type { BuiltIn, Properties } from "../mod.ts";
import { textOf, wordOf } from "../properties.ts";
import { linesOf } from "./lines.ts";

// The properties of both come as they are written: an expression is rendered for each item, whose names
// it sees as variables. Items are lines of JSON; other Ion is refused.

/**
 * `io.kestra.plugin.core.storage.DeduplicateItems`: keeps of the items with the same key (`expr`) the last.
 * Outputs are `uri`, `numKeys`, `processedItemsTotal` and `droppedItemsTotal`.
 */
export const deduplicateItems: BuiltIn = (task, context) => {
  const { storage } = context;
  const from = context.render(textOf(task, "from"));
  const key = itemRenderer(task, "expr", context);
  const last = new Map<string, number>();
  let count = 0;
  for (const line of linesOf(storage, from)) last.set(key(line, count), count++);
  const kept = storage.create("items.ion");
  const numbers = new Set(last.values());
  let at = 0;
  for (const line of linesOf(storage, from)) {
    if (numbers.has(at++)) kept.write(`${line}\n`);
  }
  kept.close();
  return {
    uri: kept.uri,
    numKeys: last.size,
    processedItemsTotal: count,
    droppedItemsTotal: count - last.size,
  };
};

/**
 * `io.kestra.plugin.core.storage.FilterItems`: keeps the items for which `filterCondition` is true, or drops
 * them. Outputs are `uri`, `processedItemsTotal` and `droppedItemsTotal`.
 */
export const filterItems: BuiltIn = (task, context) => {
  const { storage } = context;
  const from = context.render(textOf(task, "from"));
  const type = wordOf(task, "filterType", ["INCLUDE", "EXCLUDE"], "INCLUDE");
  const onError = wordOf(task, "errorOrNullBehavior", ["FAIL", "INCLUDE", "EXCLUDE"], "FAIL");
  const condition = itemRenderer(task, "filterCondition", context);
  const isKept = (line: string, at: number): boolean => {
    let rendered: string;
    try {
      rendered = condition(line, at);
    } catch (error) {
      if ((error as Error).name !== "ExpressionError" || onError === "FAIL") throw error;
      return onError === "INCLUDE";
    }
    return isTrue(rendered.trim()) === (type === "INCLUDE");
  };
  const kept = storage.create("items.ion");
  let processed = 0;
  let dropped = 0;
  for (const line of linesOf(storage, from)) {
    if (isKept(line, processed++)) kept.write(`${line}\n`);
    else dropped++;
  }
  kept.close();
  return { uri: kept.uri, processedItemsTotal: processed, droppedItemsTotal: dropped };
};

function itemRenderer(
  task: Properties,
  name: string,
  { render }: Context,
): (line: string, at: number) => string {
  const expression = textOf(task, name);
  return (line, at) => render(expression, itemOf(line, at));
}

function itemOf(line: string, at: number): Readonly<Record<string, unknown>> {
  try {
    const item = JSON.parse(line);
    if (typeof item === "object" && item !== null && !Array.isArray(item)) return item;
  } catch {
    // told below
  }
  throw new TaskFailure(`Cannot read item ${at + 1}: its line is no map in JSON`);
}
