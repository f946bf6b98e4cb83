import type { Diagnostic, Located, LocatedMap, Source, Sourced } from "../../model/mod.ts";
import type { Rule } from "../../model/rule_policy.ts";
import { checkShape, findLocated, nearest, sourceAt } from "../../source/mod.ts";
import { camelExcept } from "./camel_policy.ts";
import { parseCondition } from "./parse_condition.ts";
import { patternOf } from "./pattern_of.ts";
import type { CheckPattern } from "./safe_pattern.ts";
import { RULE_TYPES, RuleShapes } from "./shapes.ts";
import { textOf } from "./values.ts";

/** Keys below which the flow's own spelling rules, or which are read one by one. */
const VERBATIM = ["values", "enum", "equals", "where"];
/** Who a flow and a plugin are: a rule that changed it would judge something else. */
const FIXED = {
  FLOW: ["id", "namespace", "policyRefs", "pluginDefaults", "taskDefaults"],
  PLUGIN: ["id", "type", "policyRefs"],
} as const;

/**
 * Reads one rule of a policy.
 *
 * @param name What it is called in messages: `kestra.policies.x.rules.0`.
 * @returns `undefined` when it is unfit, which `problems` then says.
 */
export function parseRule(
  item: Located,
  name: string,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
): Rule | undefined {
  if (item.kind !== "map") {
    problems.push(unfit(name, `expected a map, got a ${item.kind}`, item.source));
    return undefined;
  }
  const map = camelExcept(item, VERBATIM, problems);
  const type = textOf(findLocated(map, ["type"]));
  const short = type !== undefined && RULE_TYPES.includes(type)
    ? type.slice(type.lastIndexOf(".") + 1) as keyof typeof RuleShapes
    : undefined;
  if (short === undefined) {
    problems.push(unknownType(map, type, name));
    return undefined;
  }
  const before = problems.length;
  const shape = checkShape<{ on: "FLOW" | "PLUGIN" }>(
    RuleShapes[short],
    map,
    "policy",
    name,
    problems,
  );
  if (shape === undefined) return undefined;
  const rule = ruleOf(short, shape.on, map, name, checkPattern, problems);
  if (short === "Deny" && rule.on === "FLOW") {
    problems.push({
      code: "policy/deny-on-flow",
      severity: "error",
      message: `Cannot use "${name}": Deny is for plugins only`,
      at: sourceAt(map, ["on"]),
      help: 'Write "on: PLUGIN"; to bound a flow use Restrict or Require',
    });
  }
  if (rule.on === "FLOW" && map.entries.has("where")) {
    problems.push({
      code: "policy/where-on-flow",
      severity: "error",
      message: `Cannot use "where" in "${name}": a rule on FLOW has no conditions`,
      at: map.entries.get("where")!.key,
      help: "Narrow the policy by target.namespaces",
    });
  }
  return problems.length > before ? undefined : rule;
}

function ruleOf(
  short: keyof typeof RuleShapes,
  on: "FLOW" | "PLUGIN",
  map: LocatedMap,
  name: string,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
): Rule {
  const base = { on, where: conditionsOf(map, name, checkPattern, problems), source: map.source };
  const judging = { ...base, ...judgingOf(map) };
  switch (short) {
    case "Add": {
      const values = findLocated(map, ["values"]) as LocatedMap;
      for (const [key, entry] of values.entries) {
        refuseFixed(key, on, entry.key, problems);
      }
      refuseNulls(values, problems);
      const override = findLocated(map, ["override"]);
      return {
        ...base,
        type: "io.kestra.plugin.ee.rules.Add",
        values,
        override: {
          value: override?.kind === "scalar" && override.value === true,
          source: override?.source ?? map.source,
        },
      };
    }
    case "Delete": {
      const properties = textsAt(map, "properties");
      for (const it of properties) refuseFixed(it.value, on, it.source, problems);
      return { ...base, type: "io.kestra.plugin.ee.rules.Delete", properties };
    }
    case "Deny":
      return { ...judging, type: "io.kestra.plugin.ee.rules.Deny" };
    case "Restrict":
      return {
        ...judging,
        type: "io.kestra.plugin.ee.rules.Restrict",
        property: { value: textAt(map, "property")!, source: sourceAt(map, ["property"]) },
        ...boundsOf(map, name, checkPattern, problems),
      };
    case "Require":
      return {
        ...judging,
        type: "io.kestra.plugin.ee.rules.Require",
        properties: textsAt(map, "properties"),
      };
  }
}

function judgingOf(map: LocatedMap) {
  const message = textAt(map, "errorMessage")?.replace(/\s+/g, " ").trim().replace(/\.$/, "");
  return {
    action: textAt(map, "action") === "warn" ? "warn" as const : "block" as const,
    ...(message && { errorMessage: message }),
  };
}

/** Kestra's page asks for at least one bound; all that are there hold. */
function boundsOf(
  map: LocatedMap,
  name: string,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
) {
  const number = (key: string): Sourced<number> | undefined => {
    const it = findLocated(map, [key]);
    return it?.kind === "scalar" && typeof it.value === "number"
      ? { value: it.value, source: it.source }
      : undefined;
  };
  const [min, max, regex] = [number("min"), number("max"), findLocated(map, ["regex"])];
  const [list, equals] = [findLocated(map, ["enum"]), findLocated(map, ["equals"])];
  if ([min, max, regex, list, equals].every((it) => it === undefined)) {
    problems.push({
      code: "policy/missing-key",
      severity: "error",
      message: `Cannot use "${name}": it bounds nothing`,
      at: map.source,
      help: "A Restrict has min, max, enum, regex or equals",
    });
  }
  if (min && max && min.value > max.value) {
    problems.push({
      ...unfit(`${name}.min`, `it is more than max, ${max.value}`, min.source),
      related: [{ message: "max stands here", at: max.source }],
    });
  }
  const pattern = regex && patternOf(regex, checkPattern, problems);
  return {
    ...(min && { min }),
    ...(max && { max }),
    ...(list?.kind === "list" && { enum: list.items }),
    ...(pattern && { regex: pattern }),
    ...(equals && { equals }),
  };
}

function conditionsOf(
  map: LocatedMap,
  name: string,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
) {
  const where = map.entries.get("where")?.value;
  if (where?.kind !== "list") return [];
  return where.items.flatMap((item, i) =>
    parseCondition(item, `${name}.where.${i}`, checkPattern, problems) ?? []
  );
}

function refuseFixed(
  property: string,
  on: "FLOW" | "PLUGIN",
  at: Source,
  problems: Diagnostic[],
): void {
  if (!FIXED[on].some((it) => it === property)) return;
  problems.push({
    code: "policy/fixed-property",
    severity: "error",
    message: `Cannot change "${property}" of every ${on.toLowerCase()}: rules go by it`,
    at,
    help: "Restrict it instead",
  });
}

function refuseNulls(values: LocatedMap, problems: Diagnostic[]): void {
  for (const [key, { value }] of values.entries) {
    if (value.kind === "map") refuseNulls(value, problems);
    if (value.kind !== "scalar" || value.value !== null) continue;
    problems.push({
      code: "policy/null-value",
      severity: "error",
      message: `Cannot add "${key}": null is no value`,
      at: value.source,
      help: "To take a property out use Delete",
    });
  }
}

function unknownType(map: LocatedMap, type: string | undefined, name: string): Diagnostic {
  const at = sourceAt(map, ["type"]);
  if (type === undefined) {
    return {
      code: "policy/missing-key",
      severity: "error",
      message: `Cannot use "${name}.type": it is missing`,
      at,
      help: `There are ${RULE_TYPES.join(", ")}`,
    };
  }
  const near = nearest(type, RULE_TYPES) ??
    RULE_TYPES.find((it) => it.toLowerCase().endsWith(`.${type.toLowerCase().split(".").at(-1)}`));
  return {
    code: "policy/unknown-rule",
    severity: "error",
    message: `Cannot use rule "${type}": there is no such rule`,
    at,
    help: near !== undefined ? `Did you mean "${near}"?` : `There are ${RULE_TYPES.join(", ")}`,
  };
}

function textAt(map: LocatedMap, key: string): string | undefined {
  return textOf(map.entries.get(key)?.value);
}

function textsAt(map: LocatedMap, key: string): readonly Sourced<string>[] {
  const list = map.entries.get(key)?.value;
  if (list?.kind !== "list") return [];
  return list.items.map((it) => ({ value: textOf(it) ?? "", source: it.source }));
}

function unfit(name: string, fact: string, at: Source): Diagnostic {
  return {
    code: "policy/wrong-value",
    severity: "error",
    message: `Cannot use "${name}": ${fact}`,
    at,
  };
}
