import type { Diagnostic } from "../../model/mod.ts";
import type { AddRule, Condition, DeleteRule, Rule, RulePolicy } from "../../model/rule_policy.ts";
import { isBelow } from "./is_below.ts";
import { leavesOf, overlap } from "./paths.ts";
import { textOf } from "./values.ts";

/**
 * Finds what does not go together in a chain of policies: two of one id, and an `Add` and a
 * `Delete` of one property in policies that can reach one flow (Kestra rejects the pair when it
 * is saved; here it is rejected when it is loaded).
 *
 * Two rules can meet unless their targets, or their conditions on one field, exclude each other
 * for certain. {@linkcode applyRules} looks again at every plugin.
 *
 * @param policies Of all files, outermost first.
 */
export function checkPolicyChain(policies: readonly RulePolicy[]): readonly Diagnostic[] {
  return [...twins(policies), ...conflicts(policies)];
}

function twins(policies: readonly RulePolicy[]): Diagnostic[] {
  const seen = new Map<string, RulePolicy>();
  const problems: Diagnostic[] = [];
  for (const policy of policies) {
    const first = seen.get(policy.id.value);
    if (first === undefined) {
      seen.set(policy.id.value, policy);
      continue;
    }
    problems.push({
      code: "policy/duplicate-id",
      severity: "error",
      message: `Cannot use policy "${policy.id.value}": another one has the same id`,
      at: policy.id.source,
      related: [{ message: "the first stands here", at: first.id.source }],
    });
  }
  return problems;
}

/** A rule, and the policy it is of. */
export interface Owned<T> {
  readonly policy: RulePolicy;
  readonly rule: T;
}

function conflicts(policies: readonly RulePolicy[]): Diagnostic[] {
  const all = policies.filter((it) => it.enforcement !== "DISABLED").flatMap((policy) =>
    policy.rules.map((rule): Owned<Rule> => ({ policy, rule }))
  );
  const deletes = all.filter((it): it is Owned<DeleteRule> => it.rule.type.endsWith(".Delete"));
  if (deletes.length === 0) return [];
  const adds = all.filter((it): it is Owned<AddRule> => it.rule.type.endsWith(".Add"));
  return adds.flatMap((add) => {
    const leaves = leavesOf(add.rule.values);
    return deletes.filter((it) => canMeet(add, it)).flatMap(({ policy, rule }) => {
      const property = rule.properties.find((it) => leaves.some((leaf) => overlap(leaf, it.value)));
      return property === undefined ? [] : [{
        code: "policy/conflict" as const,
        severity: "error" as const,
        message: `Cannot add "${property.value}" by policy "${add.policy.id.value}": ` +
          `policy "${policy.id.value}" deletes it`,
        at: add.rule.source,
        related: [{ message: "deleted here", at: property.source }],
        help: 'To replace what an author wrote, "Add" with "override: true" is enough',
      }];
    });
  });
}

/** Tells whether two rules can reach one plugin; `true` where it is not plain. */
export function canMeet(a: Owned<Rule>, b: Owned<Rule>): boolean {
  if (a.rule.on !== b.rule.on) return false;
  // A policy that only evaluates changes nothing but its own preview.
  if (a.policy !== b.policy && [a, b].some((it) => it.policy.enforcement === "EVALUATE")) {
    return false;
  }
  const [inner, outer] = [a.policy.target?.namespaces, b.policy.target?.namespaces];
  if (
    inner && outer &&
    !inner.some(({ value: x }) => outer.some(({ value: y }) => isBelow(x, y) || isBelow(y, x)))
  ) return false;
  return !a.rule.where.some((x) => b.rule.where.some((y) => excludes(x, y) || excludes(y, x)));
}

/** Tells whether no text can satisfy both conditions. `false` where it is not plain. */
export function excludes(a: Condition, b: Condition): boolean {
  if (a.field.value !== b.field.value) return false;
  const texts = a.operator === "EQUAL_TO"
    ? [textOf(a.value)]
    : a.operator === "IN"
    ? a.value.map(textOf)
    : undefined;
  const starts = (it: Condition) => it.operator === "STARTS_WITH" ? it.value.value : undefined;
  const [left, right] = [starts(a), starts(b)];
  if (left !== undefined && right !== undefined) {
    return !left.startsWith(right) && !right.startsWith(left);
  }
  if (texts === undefined || texts.includes(undefined)) return false;
  if (right !== undefined) return texts.every((it) => !it!.startsWith(right));
  if (b.operator === "EQUAL_TO") {
    const other = textOf(b.value);
    return other !== undefined && !texts.includes(other);
  }
  if (b.operator === "IN") {
    const others = b.value.map(textOf);
    return !others.includes(undefined) && others.every((it) => !texts.includes(it));
  }
  return b.operator === "IS_NULL";
}
