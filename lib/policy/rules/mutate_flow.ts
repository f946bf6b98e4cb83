import type { LocatedMap, Source } from "../../model/mod.ts";
import type { AddRule, DeleteRule } from "../../model/rule_policy.ts";
import type { CompiledRule, CompiledRules } from "./compile_rules.ts";
import { layValues, removeAt } from "./lay_values.ts";
import { leavesOf, overlap } from "./paths.ts";
import { findAt, sameValue, textOf } from "./values.ts";
import { type Place, placeOfFlow, visitPlugins } from "./visit_plugins.ts";

/** One property of a plugin, or of the flow, that a rule set or took out. */
export interface RuleChange {
  readonly effect: "set" | "removed";
  /** Dotted, below the plugin or the flow. */
  readonly property: string;
  /** The nearest task's path; absent outside of tasks. */
  readonly path?: string;
  /** Where in words: `task "x"`. */
  readonly where: string;
  readonly policy: string;
  /** The rule. */
  readonly source: Source;
}

/** A rule that could not be carried out. */
export interface Obstacle {
  readonly place: Place;
  readonly rule: CompiledRule;
  readonly plugin: LocatedMap;
  /** `unknown`: nobody can tell before the task runs whether it applies. */
  readonly why: "unknown" | { readonly conflict: CompiledRule; readonly property: string };
}

/** A flow after `Add` and `Delete`. */
export interface MutatedFlow {
  readonly flow: LocatedMap;
  readonly changes: readonly RuleChange[];
  readonly obstacles: readonly Obstacle[];
}

type Mutating = CompiledRule<AddRule | DeleteRule>;

/**
 * Carries out `Add` and `Delete`: on the flow first, then on every plugin, outside first, so
 * that a task runner that a rule puts in is a plugin to other rules; a rule is not applied to
 * what it put in itself. A condition sees what other rules put in: rules are added until no
 * further one matches, and all that matched then count together.
 *
 * Of several rules the outermost wins with `override: true`, the innermost with
 * `override: false`; in one policy what stands earlier is the outer.
 */
export function mutateFlow(flow: LocatedMap, rules: CompiledRules): MutatedFlow {
  const changes: RuleChange[] = [];
  const obstacles: Obstacle[] = [];
  const note = (place: Place, node: LocatedMap, done: Mutation) => {
    changes.push(...done.changes.map((it) => ({
      ...it,
      ...(place.path !== undefined && { path: place.path }),
      where: inWords(place, node),
    })));
    obstacles.push(...done.obstacles.map((it) => ({ ...it, place, plugin: node })));
  };
  const onFlow = rules.forFlow.filter(isMutating);
  const onPlugin = rules.all.some((it) => it.rule.on === "PLUGIN" && isMutating(it));
  let current = flow;
  if (onFlow.length > 0) {
    const place = placeOfFlow(flow);
    const done = mutate(flow, candidates(onFlow, place));
    note(place, flow, done);
    current = done.node;
  }
  if (!onPlugin) return { flow: current, changes, obstacles };
  current = visitPlugins<ReadonlySet<CompiledRule>>(current, new Set(), (node, place, excluded) => {
    const origin = rules.origins.get(node.source);
    const state = origin === undefined ? excluded : new Set(excluded).add(origin);
    const fitting = rules.forClass(textOf(node.entries.get("type")?.value) ?? "")
      .filter(isMutating);
    const done = mutate(node, candidates(fitting, place).filter((it) => !state.has(it)));
    note(place, node, done);
    return { plugin: done.node, state };
  });
  return { flow: current, changes, obstacles };
}

function isMutating(it: CompiledRule): it is Mutating {
  return it.rule.type === "io.kestra.plugin.ee.rules.Add" ||
    it.rule.type === "io.kestra.plugin.ee.rules.Delete";
}

/** A REFERENCE policy counts where it is named. */
function candidates(rules: readonly Mutating[], { refs }: Place): readonly Mutating[] {
  return rules.filter(({ policy }) =>
    policy.enforcement !== "REFERENCE" || refs.has(policy.id.value)
  );
}

interface Mutation {
  readonly node: LocatedMap;
  readonly changes: readonly Omit<RuleChange, "path" | "where">[];
  readonly obstacles: readonly Pick<Obstacle, "rule" | "why">[];
}

function mutate(node: LocatedMap, rules: readonly Mutating[]): Mutation {
  let fired: readonly Mutating[] = [];
  let done: Omit<Mutation, "obstacles"> = { node, changes: [] };
  let rest = rules;
  while (true) {
    const now = rest.filter((it) => it.matches(done.node) === "yes");
    if (now.length === 0) break;
    fired = [...fired, ...now].toSorted((a, b) => a.rank - b.rank);
    rest = rest.filter((it) => !now.includes(it));
    done = carryOut(node, fired);
  }
  const unknown = rest.filter((it) => it.matches(done.node) === "unknown");
  return {
    ...done,
    obstacles: [
      ...conflictsOf(fired),
      ...unknown.map((rule) => ({ rule, why: "unknown" as const })),
    ],
  };
}

/** @param fired Outermost first. */
function carryOut(base: LocatedMap, fired: readonly Mutating[]): Omit<Mutation, "obstacles"> {
  const by = new Map<string, Mutating>();
  let node = base;
  for (const it of fired) {
    if (it.rule.type !== "io.kestra.plugin.ee.rules.Delete") continue;
    for (const { value: property } of it.rule.properties) {
      const next = removeAt(node, property);
      if (next !== node) by.set(property, it);
      node = next;
    }
  }
  // The outermost is laid over last. Gaps are what is left then: the innermost fills them first.
  for (const override of [true, false]) {
    for (const it of fired.toReversed()) {
      if (it.rule.type !== "io.kestra.plugin.ee.rules.Add") continue;
      if (it.rule.override.value !== override) continue;
      node = layValues(node, it.rule.values, override, (property) => by.set(property, it));
    }
  }
  return { node, changes: changesOf(base, node, by) };
}

function changesOf(
  before: LocatedMap,
  after: LocatedMap,
  by: ReadonlyMap<string, Mutating>,
): Mutation["changes"] {
  return [...by].flatMap(([property, { rule, policy }]) => {
    const [old, now] = [findAt(before, property), findAt(after, property)];
    const same = old.kind === now.kind &&
      (old.kind !== "value" || now.kind !== "value" || sameValue(old.value, now.value));
    if (same) return [];
    return [{
      effect: now.kind === "absent" ? "removed" as const : "set" as const,
      property,
      policy: policy.id.value,
      source: rule.source,
    }];
  });
}

/** What the check of the chain could not rule out: conditions that are not about one text. */
function conflictsOf(fired: readonly Mutating[]): Mutation["obstacles"] {
  return fired.flatMap((remove) => {
    if (remove.rule.type !== "io.kestra.plugin.ee.rules.Delete") return [];
    const { properties } = remove.rule;
    return fired.flatMap((add) => {
      if (add.rule.type !== "io.kestra.plugin.ee.rules.Add") return [];
      const leaves = leavesOf(add.rule.values);
      const both = properties.find(({ value }) => leaves.some((leaf) => overlap(leaf, value)));
      return both === undefined
        ? []
        : [{ rule: remove, why: { conflict: add, property: both.value } }];
    });
  });
}

/** A place for a message: `task "x"`, `task runner of task "x"`. */
export function inWords(place: Place, node: LocatedMap): string {
  const owner = `${place.what} "${place.name}"`;
  if (place.owner === node || place.what === "flow" && !node.entries.has("type")) return owner;
  return `class "${textOf(node.entries.get("type")?.value) ?? ""}" in ${owner}`;
}
