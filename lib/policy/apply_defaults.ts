import { canonicalClass } from "../catalog/aliases.ts";
import {
  type Diagnostic,
  type Injection,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type PluginDefault,
  type Policy,
  StageError,
} from "../model/mod.ts";
import { nearest } from "../source/nearest.ts";
import { flowDefaults } from "./flow_defaults.ts";
import { injected, mergeMaps } from "./merge.ts";

/** The keys of a flow that hold defaults; they apply to everything but themselves. */
const FLOW_KEYS: readonly string[] = ["pluginDefaults", "taskDefaults"];

/**
 * Merges plugin defaults into the tasks of a flow, before anything is made of it.
 *
 * Kestra's order (`PluginDefaultService`, 1.x): the flow's own defaults, then the policy's;
 * first those that only fill gaps, then the forced ones, which beat what the task says; inside
 * first, in every map whose `type` is a text that begins with the default's. What a default
 * that fills gaps has put in is filled in turn (kestra#17359); forced ones do not compose.
 *
 * Decided here: where Java's hash order chose between a longer and a shorter `type`, the longer
 * wins; a class is meant by its old name as well as by today's; which forced default wins over
 * another is the policy's `forced-precedence`.
 *
 * @param flow The flow as it was read.
 * @param policy Gives defaults and precedence.
 * @returns The flow with every injected value marked; `flow` itself where there are no defaults.
 * @throws {StageError} When a default of the flow is not one, or a `pluginDefaultsRef` leads
 * nowhere: nothing runs without its defaults.
 */
export function applyDefaults(
  flow: LocatedMap,
  policy: Defaults,
): LocatedMap {
  const own = flowDefaults(flow);
  const all = [...own, ...policy.defaults];
  const refs = new Set(all.flatMap((it) => it.ref?.value ?? []));
  const kept = [...flow.entries].filter(([key]) => FLOW_KEYS.includes(key));
  const body: LocatedMap = {
    ...flow,
    entries: new Map([...flow.entries].filter(([key]) => !FLOW_KEYS.includes(key))),
  };
  checkRefs(body, refs);
  if (all.length === 0) return flow;
  const { gaps, forced } = own.length === 0 ? matchersOf(policy) : matchersFor(own, policy);
  const filled = visit(body, gaps, {
    lay: (node, values) => mergeMaps(values, node),
    composes: true,
  });
  const done = visit(filled, forced, {
    lay: (node, values) => mergeMaps(node, values),
    composes: false,
  });
  return { ...done, entries: new Map([...done.entries, ...kept]) };
}

type Defaults = Pick<Policy, "defaults" | "forcedPrecedence">;

/** What finds the defaults for a map; absent where there are none. */
interface Matchers {
  readonly gaps?: Matcher;
  readonly forced?: Matcher;
}

const known = new WeakMap<Defaults, Matchers>();

/** Those of a policy by itself: made once for all flows that have no defaults of their own. */
function matchersOf(policy: Defaults): Matchers {
  const before = known.get(policy);
  if (before !== undefined) return before;
  const made = matchersFor([], policy);
  known.set(policy, made);
  return made;
}

function matchersFor(own: readonly PluginDefault[], policy: Defaults): Matchers {
  const filling = [
    ...own.filter((it) => !it.forced).map((it) => entryOf(it, "flow default")),
    ...policy.defaults.filter((it) => !it.forced).map((it) => entryOf(it, "plugin default")),
  ];
  // The first to fill a gap wins, so the most specific comes first.
  const gaps = bySpecificity(filling, -1);
  // The last to be laid over wins, so the most specific comes last.
  const forced = forcedEntries(own, policy);
  return {
    ...(gaps.length > 0 && { gaps: matcher(gaps) }),
    ...(forced.length > 0 && { forced: matcher(forced) }),
  };
}

interface Entry {
  /** Beginnings of class names: as written, and by today's name if it is an old one. */
  readonly types: readonly string[];
  readonly ref?: string;
  readonly values: LocatedMap;
}

function entryOf({ type, ref, values }: PluginDefault, injection: Injection): Entry {
  return {
    types: [...new Set([type.value, canonicalClass(type.value)])],
    ...(ref && { ref: ref.value }),
    values: injected(values, injection),
  };
}

function forcedEntries(
  own: readonly PluginDefault[],
  { defaults, forcedPrecedence }: Defaults,
): readonly Entry[] {
  const ofFlow = own.filter((it) => it.forced).map((it) => entryOf(it, "flow forced default"));
  // What is laid over last wins: the outermost file, so that an inner one takes nothing back,
  // and inside one file what is listed last (Kestra since 1.3.22).
  const byFile = Map.groupBy(defaults.filter((it) => it.forced), (it) => it.type.source.file);
  // Each file by itself: a longer `type` of an inner one does not beat a shorter of an outer.
  const files = [...byFile.values()].toReversed();
  const laid = (list: readonly PluginDefault[]) =>
    bySpecificity(list.map((it) => entryOf(it, "forced plugin default")), 1);
  switch (forcedPrecedence) {
    case "admin":
      return [...bySpecificity(ofFlow, 1), ...files.flatMap(laid)];
    case "flow-first":
      // Until 1.3.21 the list was turned round: inside one level the first listed won.
      return [
        ...files.flatMap((it) => laid(it.toReversed())),
        ...bySpecificity(ofFlow.toReversed(), 1),
      ];
    case "ignore-flow-forced":
      return files.flatMap(laid);
  }
}

function bySpecificity(entries: readonly Entry[], direction: 1 | -1): readonly Entry[] {
  return entries.toSorted((a, b) => direction * (a.types[0]!.length - b.types[0]!.length));
}

interface Pass {
  readonly lay: (node: LocatedMap, values: LocatedMap) => LocatedMap;
  /** Whether what an entry has put in is visited by the others. */
  readonly composes: boolean;
}

/** Applies entries to every typed map, inside first. */
function visit(map: LocatedMap, matching: Matcher | undefined, pass: Pass): LocatedMap {
  if (matching === undefined) return map;
  const walk = (node: Located, used: ReadonlySet<Entry>): Located => {
    if (node.kind === "scalar") return node;
    if (node.kind === "list") {
      const items = node.items.map((it) => walk(it, used));
      return items.every((it, i) => it === node.items[i]) ? node : { ...node, items };
    }
    const inner = inside(node, (it) => walk(it, used));
    const found = matching(inner).filter((it) => !used.has(it));
    if (found.length === 0) return inner;
    const laid = found.reduce((it, { values }) => pass.lay(it, values), inner);
    if (!pass.composes) return laid;
    const others = new Set([...used, ...found]);
    return inside(laid, (it) => it.injection === undefined ? it : walk(it, others));
  };
  return walk(map, new Set()) as LocatedMap;
}

/** The map with its values changed; the very same map when none of them is. */
function inside(node: LocatedMap, change: (value: Located) => Located): LocatedMap {
  let changed: Map<string, LocatedEntry> | undefined;
  for (const [name, { key, value }] of node.entries) {
    const it = change(value);
    if (it === value) continue;
    changed ??= new Map(node.entries);
    changed.set(name, { key, value: it });
  }
  return changed === undefined ? node : { ...node, entries: changed };
}

type Matcher = (node: LocatedMap) => readonly Entry[];

/**
 * Tells which entries are meant for a map, in their order, without looking at all of them.
 *
 * Every beginning of the map's `type` that is as long as some default's is looked up; what
 * was found is kept for the next map of the same `type` and `pluginDefaultsRef`.
 */
function matcher(entries: readonly Entry[]): Matcher {
  const byBeginning = Map.groupBy(
    entries.flatMap((entry, rank) => entry.types.map((type) => ({ type, entry, rank }))),
    (it) => it.type,
  );
  const lengths = [...new Set([...byBeginning.keys()].map((it) => it.length))];
  const ofType = (type: string) => {
    const names = new Set([type, canonicalClass(type)]);
    const beginnings = new Set(
      [...names].flatMap((name) =>
        lengths.filter((it) => it <= name.length).map((it) => name.slice(0, it))
      ),
    );
    const found = [...beginnings].flatMap((it) => byBeginning.get(it) ?? []);
    return [...new Set(found.toSorted((a, b) => a.rank - b.rank).map((it) => it.entry))];
  };
  const known = new Map<string, Map<string | undefined, readonly Entry[]>>();
  return (node) => {
    const type = textAt(node, "type");
    if (type === undefined) return [];
    const ref = refOf(node);
    const byRef = known.get(type) ?? new Map<string | undefined, readonly Entry[]>();
    known.set(type, byRef);
    const found = byRef.get(ref) ?? ofType(type).filter((it) => isMeant(it, ref));
    byRef.set(ref, found);
    return found;
  };
}

/**
 * A named default is for what names it; what names one gets no other, unless it is forced.
 */
function isMeant({ ref, values }: Entry, wanted: string | undefined): boolean {
  if (ref !== undefined) return ref === wanted;
  return wanted === undefined || values.injection === "forced plugin default" ||
    values.injection === "flow forced default";
}

function checkRefs(body: LocatedMap, known: ReadonlySet<string>): void {
  const problems: Diagnostic[] = [];
  const walk = (node: Located): void => {
    if (node.kind === "list") node.items.forEach(walk);
    if (node.kind !== "map") return;
    for (const { value } of node.entries.values()) walk(value);
    const ref = node.entries.get("pluginDefaultsRef")?.value;
    if (ref === undefined) return;
    const name = refOf(node);
    if (name !== undefined && known.has(name)) return;
    const near = name === undefined ? undefined : nearest(name, known);
    problems.push({
      code: "flow/unknown-default",
      severity: "error",
      message: name === undefined
        ? `Cannot use "pluginDefaultsRef": expected a name, got a ${ref.kind}`
        : `Cannot apply plugin default "${name}": no default has that ref`,
      at: ref.source,
      ...(near !== undefined && { help: `Did you mean "${near}"?` }),
    });
  };
  walk(body);
  if (problems.length > 0) throw new StageError(problems);
}

/** A number or a boolean names what it spells, as it does for an `id`. */
function refOf(node: LocatedMap): string | undefined {
  const ref = node.entries.get("pluginDefaultsRef")?.value;
  return ref?.kind === "scalar" ? String(ref.value) : undefined;
}

function textAt(node: LocatedMap, key: string): string | undefined {
  const value = node.entries.get(key)?.value;
  return value?.kind === "scalar" && typeof value.value === "string" ? value.value : undefined;
}
