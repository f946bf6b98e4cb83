/**
 * Names that Kestra still takes for classes it has renamed.
 *
 * Source: Kestra's migration guide 0.17.0, "Renamed Plugins", which lists every core class that
 * declares its old name as an alias, and the task runners; WaitFor and Worker were renamed
 * before that. Kestra does not look from the new
 * name to the old one: a default on `…core.log.Log` misses a task of the old name. Here both are
 * one class.
 *
 * @module
 */

const CONDITIONS = [
  "DateTimeBetweenCondition",
  "DayWeekCondition",
  "DayWeekInMonthCondition",
  "ExecutionFlowCondition",
  "ExecutionLabelsCondition",
  "ExecutionNamespaceCondition",
  "ExecutionStatusCondition",
  "FlowCondition",
  "FlowNamespaceCondition",
  "HasRetryAttemptCondition",
  "MultipleCondition",
  "NotCondition",
  "OrCondition",
  "PublicHolidayCondition",
  "TimeBetweenCondition",
  "WeekendCondition",
];

/** Old packages whose classes kept their names. */
const MOVED: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  "io.kestra.core.models.conditions.types": ["io.kestra.plugin.core.condition", CONDITIONS],
  "io.kestra.core.models.triggers.types": [
    "io.kestra.plugin.core.trigger",
    ["Flow", "Schedule", "Webhook"],
  ],
  "io.kestra.core.tasks.debugs": ["io.kestra.plugin.core.debug", ["Echo", "Return"]],
  "io.kestra.core.tasks.executions": ["io.kestra.plugin.core.execution", ["Fail", "Labels"]],
  "io.kestra.core.tasks.flows": ["io.kestra.plugin.core.flow", [
    "AllowFailure",
    "Dag",
    "EachParallel",
    "EachSequential",
    "ForEachItem",
    "If",
    "Parallel",
    "Pause",
    "Sequential",
    "Subflow",
    "Switch",
    "Template",
    "WorkingDirectory",
  ]],
  "io.kestra.core.tasks.log": ["io.kestra.plugin.core.log", ["Fetch", "Log"]],
  "io.kestra.core.tasks.states": ["io.kestra.plugin.core.state", ["Delete", "Get", "Set"]],
  "io.kestra.core.tasks.storages": ["io.kestra.plugin.core.storage", [
    "Concat",
    "DeduplicateItems",
    "Delete",
    "FilterItems",
    "LocalFiles",
    "Purge",
    "PurgeExecution",
    "Reverse",
    "Size",
    "Split",
  ]],
  "io.kestra.core.tasks.templating": ["io.kestra.plugin.core.templating", ["TemplatedTask"]],
  "io.kestra.core.tasks.trigger": ["io.kestra.plugin.core.trigger", ["Toggle"]],
  "io.kestra.plugin.fs.http": ["io.kestra.plugin.core.http", ["Download", "Request", "Trigger"]],
};

/** Classes that changed their names, or moved alone. */
const RENAMED: Readonly<Record<string, string>> = {
  "io.kestra.core.models.conditions.types.VariableCondition":
    "io.kestra.plugin.core.condition.ExpressionCondition",
  "io.kestra.core.models.tasks.runners.types.ProcessTaskRunner":
    "io.kestra.plugin.core.runner.Process",
  "io.kestra.core.tasks.executions.Counts": "io.kestra.plugin.core.execution.Count",
  "io.kestra.core.tasks.flows.Flow": "io.kestra.plugin.core.flow.Subflow",
  "io.kestra.core.tasks.flows.WaitFor": "io.kestra.plugin.core.flow.WaitFor",
  "io.kestra.core.tasks.flows.Worker": "io.kestra.plugin.core.flow.WorkingDirectory",
  "io.kestra.plugin.scripts.runner.docker.DockerTaskRunner":
    "io.kestra.plugin.scripts.runner.docker.Docker",
};

/** Old name → the class it stands for. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(MOVED).flatMap(([from, [to, names]]) =>
    names.map((it): [string, string] => [`${from}.${it}`, `${to}.${it}`])
  ),
  ...Object.entries(RENAMED),
]);

/**
 * The name a class has today, whichever of its names is given.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { canonicalClass } from "./aliases.ts";
 *
 * equal(canonicalClass("io.kestra.core.tasks.log.Log"), "io.kestra.plugin.core.log.Log");
 * equal(canonicalClass("com.example.Task"), "com.example.Task");
 * ```
 */
export function canonicalClass(type: string): string {
  return ALIASES.get(type) ?? type;
}

/** Every name that a class goes by, today's first. */
export function namesOfClass(type: string): readonly string[] {
  const today = canonicalClass(type);
  return [today, ...(OLD_NAMES.get(today) ?? [])];
}

const OLD_NAMES = Map.groupBy(ALIASES.keys(), (it) => ALIASES.get(it)!);
