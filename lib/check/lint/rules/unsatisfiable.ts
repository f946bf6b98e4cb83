import { canonicalClass } from "../../../catalog/aliases.ts";
import { judgeImage } from "../../../container/mod.ts";
import { hostMatches } from "../../../access/mod.ts";
import type { Diagnostic, Policy, Sourced } from "../../../model/mod.ts";
import type { DeleteRule, RequireRule, RestrictRule, Rule } from "../../../model/rule_policy.ts";
import { canMeet, type Owned } from "../../../policy/rules/check_policy_chain.ts";
import { restrictionFault } from "../../../policy/rules/restriction_fault.ts";
import { shown } from "../../../policy/rules/values.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { knownClassNames } from "../written/known_classes.ts";

function* find({ policy }: LintContext): Generator<Diagnostic> {
  if (policy === undefined) return;
  yield* classes(policy);
  yield* images(policy);
  yield* hosts(policy);
  yield* rules(policy);
}

/** Classes that includes let in, and excludes keep out. */
function* classes({ plugins: { includes, excludes } }: Policy): Generator<Diagnostic> {
  const known = knownClassNames();
  const lists = includes.map((list) => ({
    list,
    names: known.filter((name) => list.some((it) => it.pattern.test(name))),
  }));
  // A list of classes that nobody here knows says nothing of others.
  if (lists.some((it) => it.names.length === 0)) return;
  const open = known.filter((it) => lists.every(({ names }) => names.includes(it)));
  const left = open.filter((name) => !excludes.some((it) => it.pattern.test(name)));
  const [first] = open.length === 0 ? lists.at(-1)!.list : excludes;
  if (left.length > 0 || first === undefined) return;
  const other = open.length === 0 ? lists[0]!.list[0] : undefined;
  yield impossible(
    open.length === 0
      ? `Cannot use any class: none is in the includes of every file`
      : `Cannot use any class: what is included is excluded as well`,
    first,
    other && { message: "the includes of an outer file", at: other.source },
    "Excludes win over includes. Exclude less, or include more",
  );
}

/** A digest, for images that are asked for by way of trial. */
const DIGEST = `@sha256:${"0".repeat(64)}`;

/** Images that are allowed by name, every one of them denied. */
function* images({ containers: { images } }: Policy): Generator<Diagnostic> {
  for (const list of images.allow) {
    const judged = list.map((it) => ({ it, by: denies(it.value, images) }));
    const [first] = judged;
    if (first === undefined || judged.some(({ by }) => by === undefined)) continue;
    yield impossible(
      "Cannot use any image: all that are allowed are denied as well",
      first.it,
      first.by && { message: "denied here", at: first.by },
      "What is denied stays denied, whatever is allowed. Deny less, or allow another one",
    );
  }
}

/** What denies each image that a pattern means; `undefined` where that is not plain. */
function denies(pattern: string, { deny }: Policy["containers"]["images"]) {
  const same = deny.find((it) => it.value === pattern || /^\*\*?$/.test(it.value));
  if (same !== undefined) return same.source;
  if (pattern.includes("*")) return undefined;
  const verdict = judgeImage(pattern.includes("@") ? pattern : `${pattern}${DIGEST}`, {
    allow: [],
    deny,
  });
  return verdict.allowed ? undefined : verdict.by?.source;
}

/** Hosts that are allowed, every one of them denied. */
function* hosts({ network: { allow, deny } }: Policy): Generator<Diagnostic> {
  const [first] = allow ?? [];
  if (allow === undefined || first === undefined) return;
  const closed = (it: Sourced<string>) => deny.find((no) => hostMatches(no.value, it.value));
  if (!allow.every((it) => closed(it) !== undefined)) return;
  yield impossible(
    "Cannot reach any host: all that are allowed are denied as well",
    first,
    { message: "denied here", at: closed(first)!.source },
    "To close the network, write an empty list: allow: []",
  );
}

/** Rules that refuse whatever they reach. */
function* rules(policy: Policy): Generator<Diagnostic> {
  const all = policy.rules.filter((it) => it.enforcement === "ACTIVE").flatMap((policy) =>
    policy.rules.map((rule): Owned<Rule> => ({ policy, rule }))
  ).filter(({ rule }) => !("action" in rule) || rule.action === "block");
  const of = <T extends Rule>(name: string) =>
    all.filter((it): it is Owned<T> => it.rule.type === `io.kestra.plugin.ee.rules.${name}`);
  for (const { policy, rule } of of<Rule>("Deny")) {
    if (rule.where.length > 0 || policy.target !== undefined) continue;
    yield impossible(
      `Cannot run any flow: policy "${policy.id.value}" denies every plugin`,
      { value: "", source: rule.source },
      undefined,
      'Say which plugins with "where", or which flows with "target"',
    );
  }
  const deletes = of<DeleteRule>("Delete");
  for (const need of of<RequireRule>("Require")) {
    for (const property of need.rule.properties) {
      const gone = deletes.filter((it) => canMeet(need, it) && it.rule.where.length === 0)
        .flatMap((it) => it.rule.properties).find((it) =>
          it.value === property.value || property.value.startsWith(`${it.value}.`)
        );
      if (gone === undefined) continue;
      yield impossible(
        `Cannot require "${property.value}": it is deleted before it is looked for`,
        property,
        { message: "deleted here", at: gone.source },
        "Rules that change come first, whatever their order. Leave one of the two out",
      );
    }
  }
  yield* restrictions(of<RestrictRule>("Restrict"));
}

function* restrictions(all: readonly Owned<RestrictRule>[]): Generator<Diagnostic> {
  for (const [i, { rule }] of all.entries()) {
    const candidates = rule.equals !== undefined ? [rule.equals] : rule.enum;
    if (candidates === undefined || candidates.length === 0) continue;
    const isClass = /(?:^|\.)type$/.test(rule.property.value);
    const others = [
      rule,
      ...all.filter((it, j) =>
        j !== i && it.rule.property.value === rule.property.value && it.rule.where.length === 0 &&
        it.policy.target === undefined && canMeet(all[i]!, it)
      ).map((it) => it.rule),
    ];
    for (const other of others) {
      const faults = candidates.map((it) => restrictionFault(it, other, isClass, canonicalClass));
      if (faults.some((it) => it === undefined || it.hidden === true)) continue;
      // Of two that exclude each other one is told.
      if (other !== rule && all.findIndex((it) => it.rule === other) > i && isListed(other)) {
        continue;
      }
      yield impossible(
        `Cannot set "${rule.property.value}" to any value: ${shown(candidates[0]!)} is allowed, ` +
          `and ${faults[0]!.fact}`,
        rule.property,
        other === rule
          ? undefined
          : { message: "the other restriction", at: other.property.source },
        "All bounds hold together. Widen one of them",
      );
      break;
    }
  }
}

function isListed(rule: RestrictRule): boolean {
  return rule.equals !== undefined || rule.enum !== undefined;
}

function impossible(
  message: string,
  { source }: Sourced<string>,
  related: { readonly message: string; readonly at: Sourced<string>["source"] } | undefined,
  help: string,
): Diagnostic {
  return {
    code: "check/unsatisfiable",
    severity: "error",
    message,
    at: source,
    ...(related && { related: [related] }),
    help,
  };
}

const policy = (denied: string) =>
  `bulkhead:
  containers:
    images:
      allow:
        - ubuntu:24.04
      deny:
        - ${denied}
`;

/** Parts of policies that nothing can satisfy. */
export const UNSATISFIABLE: LintRule = {
  code: "check/unsatisfiable",
  severity: "error",
  title: "nothing can satisfy what the policy demands",
  why:
    "A policy that allows and denies the same refuses all, and says of each refusal only half. Looked at " +
    "are classes (`includes`, `excludes`), images, hosts, and the rules of Kestra 2.0: a `Deny` of every " +
    "plugin, a `Require` of what is deleted, a `Restrict` that leaves no value. Only what is certain is " +
    "found: patterns of images are compared as they are written.",
  bad: policy("ubuntu"),
  good: policy("ubuntu:latest"),
  find,
};
