import type { Located, LocatedMap, Source } from "../../model/mod.ts";
import type { Condition, Rule, RulePolicy } from "../../model/rule_policy.ts";
import { injected } from "../merge.ts";
import { findAt, holdsExpression, sameValue, textOf } from "./values.ts";

/** The name a class really has: of an alias the class it stands for. */
export type Canonical = (type: string) => string;

/** Whether a condition holds; `unknown`: an expression stands in the way until the task runs. */
export type Match = "yes" | "no" | "unknown";

/** A rule, ready to be asked. */
export interface CompiledRule<R extends Rule = Rule> {
  readonly rule: R;
  readonly policy: RulePolicy;
  /** Place in the chain, outermost first. */
  readonly rank: number;
  /** Asks the conditions on the class alone; the answer is one for all plugins of a class. */
  readonly fits: (type: string) => boolean;
  /** Asks the other conditions. `unknown` too where the class itself is an expression. */
  readonly matches: (plugin: LocatedMap) => Match;
}

/** Rules of a chain, sorted by what they do. */
export interface CompiledRules {
  readonly all: readonly CompiledRule[];
  readonly canonical: Canonical;
  /** For a map that an `Add` puts in, by the map's place: that rule. */
  readonly origins: ReadonlyMap<Source, CompiledRule>;
  /** The rules on PLUGIN that fit a class, asked once for each class. */
  readonly forClass: (type: string) => readonly CompiledRule[];
  readonly forFlow: readonly CompiledRule[];
}

/**
 * Prepares the rules of policies: conditions become functions, values are marked as injected.
 *
 * @param policies Outermost first; all their rules count, whatever the enforcement says.
 */
export function compileRules(
  policies: readonly RulePolicy[],
  canonical: Canonical,
): CompiledRules {
  const owned = policies.flatMap((policy) => policy.rules.map((rule) => ({ policy, rule })));
  const all = owned.map(({ policy, rule }, rank): CompiledRule => {
    const onType = rule.where.filter((it) => it.field.value === "type");
    const others = rule.where.filter((it) => it.field.value !== "type");
    return {
      rule: rule.type === "io.kestra.plugin.ee.rules.Add"
        ? { ...rule, values: injected(rule.values, "policy rule") }
        : rule,
      policy,
      rank,
      fits: (type) => {
        const value: Located = { kind: "scalar", value: type, source: rule.source };
        return isTemplate(value) || onType.every((it) => holds(it, value, canonical));
      },
      matches: (plugin) =>
        onType.length > 0 && isTemplate(plugin.entries.get("type")?.value)
          ? "unknown"
          : matchOf(others, plugin, canonical),
    };
  });
  const origins = new Map<Source, CompiledRule>();
  for (const it of all) {
    if (it.rule.type === "io.kestra.plugin.ee.rules.Add") noteOrigins(it.rule.values, it, origins);
  }
  const onPlugin = all.filter((it) => it.rule.on === "PLUGIN");
  const byClass = new Map<string, readonly CompiledRule[]>();
  return {
    all,
    canonical,
    origins,
    forClass(type) {
      const known = byClass.get(type) ?? onPlugin.filter((it) => it.fits(type));
      byClass.set(type, known);
      return known;
    },
    forFlow: all.filter((it) => it.rule.on === "FLOW"),
  };
}

function noteOrigins(
  value: Located,
  rule: CompiledRule,
  origins: Map<Source, CompiledRule>,
): void {
  if (value.kind === "list") { for (const it of value.items) noteOrigins(it, rule, origins); }
  if (value.kind !== "map") return;
  origins.set(value.source, rule);
  for (const it of value.entries.values()) noteOrigins(it.value, rule, origins);
}

function matchOf(
  conditions: readonly Condition[],
  plugin: LocatedMap,
  canonical: Canonical,
): Match {
  let all: Match = "yes";
  for (const condition of conditions) {
    const found = findAt(plugin, condition.field.value);
    if (found.kind === "opaque") all = "unknown";
    else if (found.kind === "value" && undecided(condition, found.value)) all = "unknown";
    else if (!holds(condition, found.kind === "value" ? found.value : undefined, canonical)) {
      return "no";
    }
  }
  return all;
}

function isTemplate(type: Located | undefined): boolean {
  return type !== undefined && holdsExpression(type);
}

/** An expression is something, so that only the two about null can be decided. */
function undecided({ operator }: Condition, value: Located): boolean {
  return operator !== "IS_NULL" && operator !== "IS_NOT_NULL" && holdsExpression(value);
}

/** @param value `undefined` for absent and null. */
function holds(condition: Condition, value: Located | undefined, canonical: Canonical): boolean {
  const isClass = namesClass(condition.field.value);
  const same = (it: Located) => value !== undefined && sameClass(value, it, isClass, canonical);
  switch (condition.operator) {
    case "EQUAL_TO":
      return same(condition.value);
    case "NOT_EQUAL_TO":
      return !same(condition.value);
    case "IN":
      return condition.value.some(same);
    case "NOT_IN":
      return !condition.value.some(same);
    case "IS_NULL":
      return value === undefined;
    case "IS_NOT_NULL":
      return value !== undefined;
    default: {
      const texts = spellings(value, isClass, canonical);
      return texts.some((text) => fitsText(condition, text));
    }
  }
}

function fitsText(
  condition: Extract<Condition, { operator: "STARTS_WITH" | "ENDS_WITH" | "CONTAINS" | "REGEX" }>,
  text: string,
): boolean {
  switch (condition.operator) {
    case "STARTS_WITH":
      return text.startsWith(condition.value.value);
    case "ENDS_WITH":
      return text.endsWith(condition.value.value);
    case "CONTAINS":
      return text.includes(condition.value.value);
    case "REGEX":
      return condition.value.value.test(text);
  }
}

/** Tells whether a property holds the name of a class, so that aliases count. */
export function namesClass(property: string): boolean {
  return property === "type" || property.endsWith(".type");
}

/** {@linkcode sameValue}, where an alias and its class are the same too. */
export function sameClass(
  a: Located,
  b: Located,
  isClass: boolean,
  canonical: Canonical,
): boolean {
  if (sameValue(a, b)) return true;
  const [left, right] = [textOf(a), textOf(b)];
  return isClass && left !== undefined && right !== undefined &&
    canonical(left) === canonical(right);
}

/** The texts of a value: its own, each item's of a list, and of a class its real name too. */
export function spellings(
  value: Located | undefined,
  isClass: boolean,
  canonical: Canonical,
): readonly string[] {
  if (value?.kind === "list") return value.items.flatMap((it) => spellings(it, isClass, canonical));
  const text = textOf(value);
  if (text === undefined) return [];
  return isClass && canonical(text) !== text ? [text, canonical(text)] : [text];
}
