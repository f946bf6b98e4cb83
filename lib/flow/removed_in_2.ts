/**
 * What Kestra 2.0 removed, and what stands in its place. Source: Kestra's migration guide to
 * 2.0.0 and the summary in kestra-io/kestra-migrate.
 *
 * @module
 */
import { canonicalClass } from "../catalog/aliases.ts";
import type { Diagnostic, Located, LocatedMap, Source, Task } from "../model/mod.ts";
import { findLocated } from "../source/mod.ts";
import { flowableName } from "./flowables.ts";
import { scalarsOf, textOf } from "./located_values.ts";

/** A thing that was removed, as a person would name it, with what replaces it. */
const REPLACED: Readonly<Record<string, string>> = {
  pluginDefaults: "Use policies, referred to with policyRefs, or write the values into the tasks",
  taskDefaults: "Use policies, referred to with policyRefs, or write the values into the tasks",
  listeners: "Use a second flow with a trigger of class io.kestra.plugin.core.trigger.Flow",
  ForEach: "Use Loop, with item.value for taskrun.value",
  ForEachItem: "Use Loop over the file, with a Subflow in it",
  EachParallel: "Use Loop with concurrencyLimit: 0",
  EachSequential: "Use Loop",
  Template: "Use Subflow, with flowId for templateId",
  WaitFor: "Use LoopUntil",
  runIf: "Use when",
  workerGroup: "Use workerSelector, with tags for key",
  conditions: "Use when, or dependsOn where the trigger waits for other flows",
  preconditions: "Use dependsOn, and window for timeWindow",
  scheduleConditions: "Use when",
  "json()": "Use fromJson()",
  "the filter json": "Use the filter toJson",
  maxAttempt: "Use maxAttempts",
  "name of an input": "Use id",
  "input type ENUM": "Use SELECT",
  "input type BOOLEAN": "Use BOOL",
};

/** Classes of tasks that are gone, under the names of the table. */
const CLASSES = ["ForEach", "ForEachItem", "EachParallel", "EachSequential", "Template"];

// Not further than an expression is long: a search to the end of the text, from every brace, would
// take for ever on a text of braces.
const JSON_FUNCTION = /\{[{%][^{}]{0,500}?(?<![\w.])json\s{0,9}\(/;
const JSON_FILTER = /\{[{%][^{}]{0,500}?\|\s{0,9}json(?![\w(])/;

/**
 * Finds what a flow says in the words of 1.x, each kind once, where it stands first.
 *
 * @param root The flow as it was read, after defaults.
 * @param tasks All of its tasks; those inside flowables in their `children`.
 */
export function removedIn2(root: LocatedMap, tasks: readonly Task[]): readonly Diagnostic[] {
  const found = new Map<string, Source>();
  const see = (what: string, at: Source | undefined) => {
    if (at !== undefined && !found.has(what)) found.set(what, at);
  };
  const seeKey = (owner: Located | undefined, name: string) =>
    see(name, owner?.kind === "map" ? owner.entries.get(name)?.key : undefined);

  for (const name of ["pluginDefaults", "taskDefaults", "listeners", "workerGroup"]) {
    seeKey(root, name);
  }
  seeKey(findLocated(root, ["retry"]), "maxAttempt");
  for (const trigger of itemsOf(root, "triggers")) {
    for (const name of ["conditions", "preconditions", "scheduleConditions"]) {
      seeKey(trigger, name);
    }
  }
  for (const input of itemsOf(root, "inputs")) {
    const type = findLocated(input, ["type"]);
    if (["ENUM", "BOOLEAN"].includes(textOf(type) ?? "")) {
      see(`input type ${textOf(type)}`, type?.source);
    }
    see("name of an input", findLocated(input, ["name"])?.source);
  }
  const renamed: { at: Source; help: string }[] = [];
  walk(tasks, ({ type, effective }) => {
    const name = flowableName(type.value);
    if (name !== undefined && CLASSES.includes(name)) see(name, type.source);
    else if (canonicalClass(type.value) !== type.value && renamed.length === 0) {
      renamed.push({ at: type.source, help: `Use ${canonicalClass(type.value)}` });
    }
    if (type.value.endsWith(".WaitFor")) see("WaitFor", type.source);
    seeKey(effective, "runIf");
    seeKey(effective, "workerGroup");
    seeKey(findLocated(effective, ["retry"]), "maxAttempt");
  });
  for (const { value, source } of scalarsOf(root)) {
    if (typeof value !== "string" || !value.includes("json")) continue;
    if (JSON_FUNCTION.test(value)) see("json()", source);
    if (JSON_FILTER.test(value)) see("the filter json", source);
  }
  return [
    ...[...found].map(([what, at]) => hint(what, at, REPLACED[what]!)),
    ...renamed.map(({ at, help }) => hint("the old name of a class", at, help)),
  ];
}

/** Whether a flow says anything in the words that 2.0 brought. */
export function speaks2(root: LocatedMap, tasks: readonly Task[]): boolean {
  const has = (owner: Located, names: readonly string[]) =>
    owner.kind === "map" && names.some((it) => owner.entries.has(it));
  if (has(root, ["policyRefs", "workerSelector", "quotas"])) return true;
  if (itemsOf(root, "triggers").some((it) => has(it, ["when", "dependsOn", "window"]))) return true;
  if (itemsOf(root, "checks").some((it) => has(it, ["when"]))) return true;
  let found = false;
  walk(tasks, ({ type, effective }) => {
    found ||= ["Loop", "Approval"].includes(flowableName(type.value) ?? "") ||
      has(effective, ["when", "workerSelector", "policyRefs"]);
  });
  return found;
}

function hint(what: string, at: Source, help: string): Diagnostic {
  return {
    code: "flow/removed-in-2",
    severity: "warning",
    message: `Kestra 2.0 removed ${what.includes(" ") ? what : `"${what}"`}`,
    at,
    help,
  };
}

function itemsOf(root: LocatedMap, key: string): readonly Located[] {
  const list = findLocated(root, [key]);
  return list?.kind === "list" ? list.items : [];
}

function walk(tasks: readonly Task[], visit: (task: Task) => void): void {
  for (const it of tasks) {
    visit(it);
    walk(it.children, visit);
  }
}
