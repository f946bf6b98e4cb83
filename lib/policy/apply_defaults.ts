import {
  type Diagnostic,
  type Injection,
  type Located,
  type LocatedMap,
  type PluginDefault,
  type Policy,
  StageError,
} from "../model/mod.ts";
import { injected, mergeMaps } from "./merge.ts";
import { parseDefault } from "./parse_policy.ts";

/** The keys of a flow that hold defaults; they apply to everything but themselves. */
const FLOW_KEYS = ["pluginDefaults", "taskDefaults"] as const;

/**
 * Merges plugin defaults into the tasks of a flow, before anything is made of it.
 *
 * Kestra's order: the flow's own defaults, then the policy's; first those that only fill gaps,
 * then the forced ones, which beat what the task says; inside first, in every map whose `type`
 * is a text that begins with the default's (`PluginDefaultService`, 1.x). Where Java's hash
 * order decided between a longer and a shorter `type`, the longer wins here. Which forced
 * default wins over another is the policy's `forced-precedence`.
 *
 * @param flow The flow as it was read.
 * @param policy Gives defaults and precedence.
 * @returns The flow with every injected value marked; `flow` itself where nothing applies.
 * @throws {StageError} When a default of the flow is not one: nothing runs without it.
 */
export function applyDefaults(
  flow: LocatedMap,
  policy: Pick<Policy, "defaults" | "forcedPrecedence">,
): LocatedMap {
  const own = flowDefaults(flow);
  if (own.length + policy.defaults.length === 0) return flow;
  const kept = FLOW_KEYS.flatMap((key) => {
    const entry = flow.entries.get(key);
    return entry === undefined ? [] : [[key, entry] as const];
  });
  const body: LocatedMap = {
    ...flow,
    entries: new Map([...flow.entries].filter(([key]) => !kept.some(([it]) => it === key))),
  };
  const gaps: Entry[] = [
    ...own.filter((it) => !it.forced).map((it) => entry(it, "flow default")),
    ...policy.defaults.filter((it) => !it.forced).map((it) => entry(it, "plugin default")),
  ];
  // The first to fill a gap wins, so the most specific comes first.
  const filled = visit(body, bySpecificity(gaps, -1), (node, values) => mergeMaps(values, node));
  // The last to be laid over wins, so the most specific comes last.
  const done = visit(filled, forcedEntries(own, policy), (node, values) => mergeMaps(node, values));
  return { ...done, entries: new Map([...done.entries, ...kept]) };
}

interface Entry {
  readonly type: string;
  readonly values: LocatedMap;
}

function entry(it: PluginDefault, injection: Injection): Entry {
  return { type: it.type.value, values: injected(it.values, injection) };
}

function forcedEntries(
  own: readonly PluginDefault[],
  { defaults, forcedPrecedence }: Pick<Policy, "defaults" | "forcedPrecedence">,
): readonly Entry[] {
  const ofFlow = own.filter((it) => it.forced).map((it) => entry(it, "flow forced default"));
  // What is laid over last wins: the outermost file, so that an inner one takes nothing back,
  // and inside one file what is listed last (Kestra since 1.3.22).
  const byFile = Map.groupBy(defaults.filter((it) => it.forced), (it) => it.type.source.file);
  const ofPolicy = [...byFile.values()].toReversed().flat()
    .map((it) => entry(it, "forced plugin default"));
  const [flow, policy] = [bySpecificity(ofFlow, 1), bySpecificity(ofPolicy, 1)];
  switch (forcedPrecedence) {
    case "admin":
      return [...flow, ...policy];
    case "flow-first":
      return [...policy, ...flow];
    case "ignore-flow-forced":
      return policy;
  }
}

function bySpecificity(entries: readonly Entry[], direction: 1 | -1): readonly Entry[] {
  return entries.toSorted((a, b) => direction * (a.type.length - b.type.length));
}

/** Applies entries to every typed map, inside first. */
function visit(
  map: LocatedMap,
  entries: readonly Entry[],
  lay: (node: LocatedMap, values: LocatedMap) => LocatedMap,
): LocatedMap {
  if (entries.length === 0) return map;
  const walk = (node: Located): Located => {
    if (node.kind === "scalar") return node;
    if (node.kind === "list") return { ...node, items: node.items.map(walk) };
    const inner: LocatedMap = {
      ...node,
      entries: new Map(
        [...node.entries].map(([key, it]) => [key, { key: it.key, value: walk(it.value) }]),
      ),
    };
    const type = inner.entries.get("type")?.value;
    if (type?.kind !== "scalar" || typeof type.value !== "string") return inner;
    const name = type.value;
    return entries.filter((it) => name.startsWith(it.type))
      .reduce((node, it) => lay(node, it.values), inner);
  };
  return walk(map) as LocatedMap;
}

function flowDefaults(flow: LocatedMap): readonly PluginDefault[] {
  const problems: Diagnostic[] = [];
  const found = FLOW_KEYS.flatMap((key) => {
    const list = flow.entries.get(key)?.value;
    if (list === undefined) return [];
    if (list.kind === "list") {
      return list.items.flatMap((item, i) => parseDefault(item, `${key}.${i}`, problems) ?? []);
    }
    problems.push({
      code: "flow/wrong-value",
      severity: "error",
      message: `Cannot use "${key}": expected a list, got a ${list.kind}`,
      at: list.source,
    });
    return [];
  });
  if (problems.length > 0) {
    throw new StageError(
      problems.map((it) => ({
        ...it,
        code: it.code.replace("policy/", "flow/") as typeof it.code,
      })),
    );
  }
  return found;
}
