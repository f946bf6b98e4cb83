import type { Diagnostic, Located, LocatedMap, Source } from "../../model/mod.ts";
import type { Enforcement, RulePolicy, RuleTarget } from "../../model/rule_policy.ts";
import { checkShape, findLocated, sourceAt } from "../../source/mod.ts";
import { camelExcept } from "./camel_policy.ts";
import { checkPolicyChain } from "./check_policy_chain.ts";
import { parseRule } from "./parse_rule.ts";
import type { CheckPattern } from "./safe_pattern.ts";
import { PolicyId, PolicyShape } from "./shapes.ts";
import { textOf } from "./values.ts";

const NAME = "kestra.policies";

/**
 * Reads `kestra.policies` of one file.
 *
 * Both ways that Kestra documents are read: a list of policies, each with its `id` (the page on
 * policies), and a map keyed by id (the migration guide of 2.0). What is no policy is an error:
 * a malformed static policy stops Kestra's server too. A rule that Kestra would read and not
 * enforce (a judging one in a REFERENCE policy) is an error as well.
 *
 * @param located The value of the key.
 * @param checkPattern Reads the patterns of its rules.
 * @param problems Receives what is wrong, errors only.
 * @returns In file order. Incomplete when there are problems.
 */
export function parsePolicies(
  located: Located,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
): readonly RulePolicy[] {
  const before = problems.length;
  const policies = writtenIn(located, problems).flatMap((it) =>
    policyOf(it, checkPattern, problems) ?? []
  );
  if (problems.length === before) problems.push(...checkPolicyChain(policies));
  return policies;
}

interface Written {
  readonly name: string;
  readonly body: LocatedMap;
  /** The key of a map, which is the id. */
  readonly key?: { readonly text: string; readonly at: Source };
}

function writtenIn(located: Located, problems: Diagnostic[]): readonly Written[] {
  const bodies: [string, Located, Written["key"]?][] = located.kind === "list"
    ? located.items.map((it, i) => [`${NAME}.${i}`, it])
    : located.kind === "map"
    ? [...located.entries].map((
      [text, { key, value }],
    ) => [`${NAME}.${text}`, value, { text, at: key }])
    : [];
  if (bodies.length === 0) {
    problems.push({
      code: "policy/wrong-value",
      severity: "error",
      message: `Cannot use "${NAME}": expected at least one policy`,
      at: located.source,
    });
  }
  return bodies.flatMap(([name, body, key]) => {
    if (body.kind === "map") return [{ name, body, ...(key && { key }) }];
    problems.push({
      code: "policy/wrong-value",
      severity: "error",
      message: `Cannot use "${name}": expected a policy, got a ${body.kind}`,
      at: body.source,
    });
    return [];
  });
}

function policyOf(
  { name, body, key }: Written,
  checkPattern: CheckPattern,
  problems: Diagnostic[],
): RulePolicy | undefined {
  const before = problems.length;
  const map = camelExcept(body, ["rules"], problems);
  const shape = checkShape(PolicyShape, map, "policy", name, problems);
  const id = idOf(name, map, key, problems);
  const rules = findLocated(map, ["rules"]);
  if (shape === undefined || id === undefined || rules?.kind !== "list") return undefined;
  const enforcement: Enforcement = shape.enforcement ?? "ACTIVE";
  const parsed = rules.items.flatMap((it, i) =>
    parseRule(it, `${NAME}.${id.value}.rules.${i}`, checkPattern, problems) ?? []
  );
  const enforcementSource = sourceAt(map, ["enforcement"]);
  for (const rule of enforcement === "REFERENCE" ? parsed : []) {
    if (rule.type === "io.kestra.plugin.ee.rules.Add") continue;
    problems.push({
      code: "policy/reference-rule",
      severity: "error",
      message: `Cannot use rule "${rule.type}" in policy "${id.value}": ` +
        "a REFERENCE policy only adds values",
      at: rule.source,
      related: [{ message: "made a REFERENCE here", at: enforcementSource }],
      help: "Move it to a policy that is ACTIVE",
    });
  }
  if (problems.length > before) return undefined;
  const target = targetOf(map);
  return {
    id,
    enforcement,
    enforcementSource,
    ...(target && { target }),
    rules: parsed,
    source: body.source,
  };
}

function idOf(name: string, map: LocatedMap, key: Written["key"], problems: Diagnostic[]) {
  const inside = map.entries.get("id");
  if (key !== undefined) {
    const other = inside && textOf(inside.value);
    if (inside !== undefined) {
      problems.push({
        code: "policy/id-in-map",
        severity: "error",
        message: other === key.text
          ? `Cannot use "id" in "${name}": in a map of policies the key is the id`
          : `Cannot use "id" in "${name}": the key says "${key.text}", the id "${other}"`,
        at: inside.key,
        related: [{ message: "the key stands here", at: key.at }],
        help: "Leave the id out, or write the policies as a list",
      });
      return undefined;
    }
    const text: Located = { kind: "scalar", value: key.text, source: key.at };
    const value = checkShape(PolicyId, text, "policy", name, problems);
    return value === undefined ? undefined : { value, source: key.at };
  }
  const value = inside && textOf(inside.value);
  if (value !== undefined) return { value, source: inside!.value.source };
  if (inside === undefined) {
    problems.push({
      code: "policy/missing-key",
      severity: "error",
      message: `Cannot use "${name}.id": it is missing`,
      at: map.source,
    });
  }
  return undefined;
}

function targetOf(map: LocatedMap): RuleTarget | undefined {
  const texts = (key: string) => {
    const list = findLocated(map, ["target", key]);
    return list?.kind === "list"
      ? list.items.map((it) => ({ value: textOf(it) ?? "", source: it.source }))
      : undefined;
  };
  const [tenants, namespaces] = [texts("tenants"), texts("namespaces")];
  if (tenants === undefined && namespaces === undefined) return undefined;
  return { ...(tenants && { tenants }), ...(namespaces && { namespaces }) };
}
