import type { Located, LocatedMap, Refusal, Source } from "../../model/mod.ts";
import type { DenyRule, RequireRule, RestrictRule } from "../../model/rule_policy.ts";
import { type CompiledRule, type CompiledRules, namesClass } from "./compile_rules.ts";
import { restrictionFault } from "./restriction_fault.ts";
import { findAt, isEmpty, textOf } from "./values.ts";
import { type Place, placeOfFlow, visitPlugins } from "./visit_plugins.ts";

/** What a judging rule found. */
export interface Finding {
  readonly rule: CompiledRule<DenyRule | RestrictRule | RequireRule>;
  readonly place: Place;
  readonly code: Refusal["code"];
  /** Completes `Cannot run task "x": `. */
  readonly fact: string;
  /** Where the flow says it. */
  readonly at: Source;
  readonly help?: string;
}

type Judging = Finding["rule"];

const WRITE_IT_OUT =
  "Write the value itself: what a policy governs is decided before expressions are rendered";

/**
 * Carries out `Deny`, `Restrict` and `Require` on a flow and on every plugin in it.
 *
 * Where an expression hides what a rule asks about, the rule is taken to be broken.
 */
export function judgeFlow(flow: LocatedMap, rules: CompiledRules): readonly Finding[] {
  const findings: Finding[] = [];
  const judge = (node: LocatedMap, place: Place, all: readonly CompiledRule[]) => {
    for (const rule of all) {
      if (!isJudging(rule)) continue;
      const match = rule.matches(node);
      if (match !== "no") findings.push(...findingsOf(rule, node, place, match, rules));
    }
  };
  judge(flow, placeOfFlow(flow), rules.forFlow);
  if (rules.all.some((it) => it.rule.on === "PLUGIN" && isJudging(it))) {
    visitPlugins(flow, undefined, (plugin, place) => {
      judge(plugin, place, rules.forClass(textOf(plugin.entries.get("type")?.value) ?? ""));
      return { plugin, state: undefined };
    });
  }
  return findings;
}

function isJudging(it: CompiledRule): it is Judging {
  return it.rule.type === "io.kestra.plugin.ee.rules.Deny" ||
    it.rule.type === "io.kestra.plugin.ee.rules.Restrict" ||
    it.rule.type === "io.kestra.plugin.ee.rules.Require";
}

function findingsOf(
  rule: Judging,
  node: LocatedMap,
  place: Place,
  match: "yes" | "unknown",
  { canonical }: CompiledRules,
): readonly Finding[] {
  const by = `policy "${rule.policy.id.value}"`;
  const base = { rule, place };
  const type = node.entries.get("type")?.value;
  const of = place.owner === node ? "" : ` of class "${textOf(type) ?? ""}"`;
  const hidden = (field: string): Pick<Finding, "help"> & { fact: string } => ({
    fact: `${by} cannot tell whether it may: "${field}" holds an expression`,
    help: WRITE_IT_OUT,
  });
  switch (rule.rule.type) {
    case "io.kestra.plugin.ee.rules.Deny": {
      const said = match === "unknown"
        ? hidden(rule.rule.where.map((it) => it.field.value).join('", "'))
        : { fact: `class "${textOf(type) ?? ""}" is denied by ${by}` };
      return [{ ...base, code: "policy/denied", at: (type ?? node).source, ...said }];
    }
    case "io.kestra.plugin.ee.rules.Restrict": {
      const property = rule.rule.property.value;
      const found = findAt(node, property);
      if (found.kind === "absent") return [];
      const value: Located = found.value;
      const fault = found.kind === "opaque"
        ? { fact: "something on the way to it is no map" }
        : restrictionFault(value, rule.rule, namesClass(property), canonical);
      if (fault === undefined) return [];
      return [{
        ...base,
        code: "policy/restricted",
        fact: `${by} restricts "${property}"${of}: ${fault.fact}`,
        at: value.source,
        ...(fault.hidden === true && { help: WRITE_IT_OUT }),
      }];
    }
    case "io.kestra.plugin.ee.rules.Require":
      return rule.rule.properties.flatMap(({ value: property }) => {
        const found = findAt(node, property);
        if (found.kind === "value" && !isEmpty(found.value)) return [];
        return [{
          ...base,
          code: "policy/required" as const,
          fact: `${by} requires "${property}"${of}, which is ${
            found.kind === "value" ? "empty" : "missing"
          }`,
          at: found.kind === "absent" ? node.source : found.value.source,
          help: `Set "${property}"`,
        }];
      });
  }
}
