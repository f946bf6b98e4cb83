import type { Located, LocatedEntry, LocatedMap } from "../../model/mod.ts";
import { textOf } from "./values.ts";

/** Keys under which flowables keep lists of tasks; as the flow's own reader has it. */
const NESTED: readonly string[] = [
  "tasks",
  "then",
  "else",
  "errors",
  "finally",
  "defaults",
  "onWait",
  "onApprove",
  "onDeny",
];
/** Keys of a flow that hold lists of tasks. */
const TASK_LISTS: readonly string[] = ["tasks", "errors", "finally", "afterExecution"];
/** Keys of a flow that hold the author's data, or defaults, and no plugin. */
const DATA: readonly string[] = [
  "inputs",
  "outputs",
  "variables",
  "labels",
  "pluginDefaults",
  "taskDefaults",
];

/** Where in a flow a plugin stands. */
export interface Place {
  readonly what: "flow" | "task" | "trigger";
  /** The flow's, the task's or the trigger's id; its path where it has none. */
  readonly name: string;
  /** The nearest task's, as `Task.path`; absent outside of tasks. */
  readonly path?: string;
  /** The flow, task or trigger itself. */
  readonly owner: LocatedMap;
  /** What `policyRefs` of the flow and of the tasks around name. */
  readonly refs: ReadonlySet<string>;
}

/** What becomes of a plugin; its own parts are visited afterwards. */
export type Visit<S> = (
  plugin: LocatedMap,
  place: Place,
  state: S,
) => { readonly plugin: LocatedMap; readonly state: S };

/**
 * Visits every plugin of a flow, outside first, and puts back what the visit makes of it.
 *
 * A plugin is whatever stands where a task or a trigger does or is a `taskRunner`, and any map
 * below with a `type` that is a dotted name, as every class has a package: conditions, storage,
 * log shippers. So inputs (`type: STRING`) and retries (`type: constant`), which 1.x took for
 * plugins too, are none: a rule "deny every class but these" would refuse each flow that has
 * one. Inputs, variables, labels and outputs of a flow are data, and not looked at.
 *
 * @param state Handed down from a plugin to those inside it.
 * @returns `flow` itself where nothing changed.
 */
export function visitPlugins<S>(flow: LocatedMap, state: S, visit: Visit<S>): LocatedMap {
  const place = placeOfFlow(flow);
  return mapEntries(flow, (key, value) => {
    if (DATA.includes(key)) return value;
    if (TASK_LISTS.includes(key)) return steps(value, key, "task", { place, state }, visit);
    if (key === "triggers") return steps(value, key, "trigger", { place, state }, visit);
    return inside(value, { place, state }, visit);
  });
}

/** The flow as a place: where rules on FLOW apply. */
export function placeOfFlow(flow: LocatedMap): Place {
  const name = textOf(flow.entries.get("id")?.value) ?? "";
  return { what: "flow", name, owner: flow, refs: refsOf(flow) };
}

interface At<S> {
  readonly place: Place;
  readonly state: S;
}

/** A list of tasks or triggers. */
function steps<S>(
  list: Located,
  path: string,
  what: "task" | "trigger",
  at: At<S>,
  visit: Visit<S>,
): Located {
  if (list.kind !== "list") return inside(list, at, visit);
  let index = 0;
  return mapItems(list, (item) => {
    const here = `${path}[${index++}]`;
    if (item.kind !== "map") return inside(item, at, visit);
    // A step of a Dag wraps its task, and is none unless it says so.
    return item.entries.has("type") || !wrapsTask(item)
      ? step(item, here, what, at, visit)
      : wrapped(item, here, at, visit);
  });
}

function wrapsTask(item: LocatedMap): boolean {
  const task = item.entries.get("task")?.value;
  return task?.kind === "map" && task.entries.has("type");
}

function wrapped<S>(item: LocatedMap, path: string, at: At<S>, visit: Visit<S>): LocatedMap {
  return mapEntries(
    item,
    (key, value) =>
      key === "task" && value.kind === "map"
        ? step(value, path, "task", at, visit)
        : inside(value, at, visit),
  );
}

function step<S>(
  it: LocatedMap,
  path: string,
  what: "task" | "trigger",
  at: At<S>,
  visit: Visit<S>,
): LocatedMap {
  const place: Place = {
    what,
    name: textOf(it.entries.get("id")?.value) ?? path,
    ...(what === "task" && { path }),
    owner: it,
    refs: union(at.place.refs, refsOf(it)),
  };
  return plugin(it, { ...at, place }, visit);
}

function plugin<S>(written: LocatedMap, at: At<S>, visit: Visit<S>): LocatedMap {
  const visited = visit(written, at.place, at.state);
  const inner: At<S> = { place: at.place, state: visited.state };
  const { path } = at.place;
  if (path === undefined || at.place.owner !== written) {
    return mapEntries(visited.plugin, (key, value) => part(key, value, inner, visit));
  }
  return mapEntries(visited.plugin, (key, value) => {
    if (key === "task" && wrapsTask(visited.plugin) && value.kind === "map") {
      return step(value, path, "task", inner, visit);
    }
    if (NESTED.includes(key) && looksLikeTasks(value)) {
      return steps(value, `${path}.${key}`, "task", inner, visit);
    }
    const cases = key === "cases" && value.kind === "map" &&
      [...value.entries.values()].some((it) => looksLikeTasks(it.value));
    return cases
      ? mapEntries(value, (name, it) => steps(it, `${path}.cases.${name}`, "task", inner, visit))
      : part(key, value, inner, visit);
  });
}

function part<S>(key: string, value: Located, at: At<S>, visit: Visit<S>): Located {
  return key === "taskRunner" && value.kind === "map"
    ? plugin(value, at, visit)
    : inside(value, at, visit);
}

function inside<S>(value: Located, at: At<S>, visit: Visit<S>): Located {
  if (value.kind === "scalar") return value;
  if (value.kind === "list") return mapItems(value, (it) => inside(it, at, visit));
  const type = textOf(value.entries.get("type")?.value);
  return type !== undefined && /^[\w$]+(?:\.[\w$]+)+$/.test(type.trim())
    ? plugin(value, at, visit)
    : mapEntries(value, (_, it) => inside(it, at, visit));
}

function looksLikeTasks(value: Located): boolean {
  return value.kind === "list" &&
    value.items.some((it) =>
      it.kind === "map" && (it.entries.has("type") || it.entries.has("task"))
    );
}

function refsOf(map: LocatedMap): ReadonlySet<string> {
  const list = map.entries.get("policyRefs")?.value;
  return new Set(list?.kind === "list" ? list.items.flatMap((it) => textOf(it) ?? []) : []);
}

function union(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return b.size === 0 ? a : new Set([...a, ...b]);
}

function mapEntries(
  map: LocatedMap,
  change: (key: string, value: Located) => Located,
): LocatedMap {
  let changed = false;
  const entries = new Map<string, LocatedEntry>();
  for (const [name, entry] of map.entries) {
    const value = change(name, entry.value);
    changed ||= value !== entry.value;
    entries.set(name, value === entry.value ? entry : { key: entry.key, value });
  }
  return changed ? { ...map, entries } : map;
}

function mapItems(list: Located & { kind: "list" }, change: (it: Located) => Located): Located {
  const items = list.items.map(change);
  return items.some((it, i) => it !== list.items[i]) ? { ...list, items } : list;
}
