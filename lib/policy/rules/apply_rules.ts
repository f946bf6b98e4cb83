import type { Diagnostic, LocatedMap } from "../../model/mod.ts";
import type { RulePolicy } from "../../model/rule_policy.ts";
import { checkPolicyRefs } from "./check_policy_refs.ts";
import { type Canonical, compileRules } from "./compile_rules.ts";
import { isBelow } from "./is_below.ts";
import { judgeFlow } from "./judge_flow.ts";
import { mutateFlow, type RuleChange } from "./mutate_flow.ts";
import {
  changeWarning,
  evaluatedWarning,
  findingRefusal,
  findingWarning,
  obstacleRefusal,
  type Violation,
} from "./say_findings.ts";
import { textOf } from "./values.ts";

/** A flow after the rules of policies, and what they say against it. */
export interface RuledFlow {
  /** Every value that a rule put in is marked `policy rule`. */
  readonly flow: LocatedMap;
  /** What may not run. */
  readonly violations: readonly Violation[];
  readonly warnings: readonly Diagnostic[];
  /** What the rules set and took out. */
  readonly changes: readonly RuleChange[];
}

/**
 * Applies the policies of Kestra 2.0 to a flow: first what changes it (`Add`, `Delete`), then
 * what judges the result (`Deny`, `Restrict`, `Require`).
 *
 * Works on the flow as it was read, so call it after {@linkcode applyDefaults}: what defaults
 * put in is judged too. ACTIVE policies are enforced; REFERENCE ones where `policyRefs` names
 * them; of EVALUATE ones `warnings` say what each would refuse and, unlike in Kestra, what it
 * would change, were it the one to be switched on. A flow without a namespace that can be read
 * is in every target. There are no tenants here: a policy for some tenants applies, with a
 * warning.
 *
 * @param policies Outermost first, checked by {@linkcode checkPolicyChain}.
 * @param canonical Gives the class that an alias stands for, and any other class as it is.
 * Kestra does not resolve aliases here; a denied class would run under its old name.
 * @returns `flow` itself, without warnings, where no policy has anything to say.
 * @throws {StageError} `flow/wrong-value`: a `policyRefs` is no list of names.
 */
export function applyRules(
  flow: LocatedMap,
  policies: readonly RulePolicy[],
  canonical: Canonical,
): RuledFlow {
  const reaching = policies.filter((it) => reaches(it, flow));
  const unknown = checkPolicyRefs(flow, policies, reaching);
  const enforced = reaching.filter((it) =>
    it.enforcement === "ACTIVE" || it.enforcement === "REFERENCE"
  );
  const rules = compileRules(enforced, canonical);
  const mutated = mutateFlow(flow, rules);
  // A rule on the flow can put in tasks with references of their own.
  const later = mutated.flow === flow ? [] : checkPolicyRefs(mutated.flow, policies, reaching)
    .filter((it) => !unknown.some((known) => known.refusal.message === it.refusal.message));
  const found = judgeFlow(mutated.flow, rules);
  const [block, warn] = [
    found.filter((it) => it.rule.rule.action === "block"),
    found.filter((it) => it.rule.rule.action === "warn"),
  ];
  return {
    flow: mutated.flow,
    violations: [
      ...unknown,
      ...later,
      ...mutated.obstacles.map(obstacleRefusal),
      ...block.map(findingRefusal),
    ],
    warnings: [
      ...tenantWarnings(reaching),
      ...warn.map(findingWarning),
      ...reaching.filter((it) => it.enforcement === "EVALUATE")
        .flatMap((it) => evaluate(flow, it, enforced, policies, canonical)),
    ],
    changes: mutated.changes,
  };
}

/** What a policy would do beside those that are enforced. */
function evaluate(
  flow: LocatedMap,
  policy: RulePolicy,
  enforced: readonly RulePolicy[],
  all: readonly RulePolicy[],
  canonical: Canonical,
): readonly Diagnostic[] {
  const own = (it: { readonly policy: RulePolicy }) => it.policy === policy;
  const chain = all.filter((it) => it === policy || enforced.includes(it));
  const rules = compileRules(chain, canonical);
  const mutated = mutateFlow(flow, rules);
  return [
    ...mutated.changes.filter((it) => it.policy === policy.id.value).map(changeWarning),
    ...mutated.obstacles
      .filter((it) => own(it.rule) || (it.why !== "unknown" && own(it.why.conflict)))
      .map((it) => evaluatedWarning(obstacleRefusal(it).refusal)),
    ...judgeFlow(mutated.flow, rules).filter((it) => own(it.rule)).map((it) =>
      it.rule.rule.action === "warn"
        ? findingWarning(it)
        : evaluatedWarning(findingRefusal(it).refusal)
    ),
  ];
}

function reaches({ enforcement, target }: RulePolicy, flow: LocatedMap): boolean {
  if (enforcement === "DISABLED") return true;
  if (target?.namespaces === undefined) return true;
  const namespace = textOf(flow.entries.get("namespace")?.value);
  return namespace === undefined || target.namespaces.some((it) => isBelow(namespace, it.value));
}

function tenantWarnings(policies: readonly RulePolicy[]): Diagnostic[] {
  return policies.flatMap(({ id, enforcement, target }) => {
    const first = target?.tenants?.[0];
    if (first === undefined || enforcement === "DISABLED") return [];
    return [{
      code: "policy/tenant-target",
      severity: "warning",
      message: `Policy "${id.value}" applies whatever the tenant: there are no tenants here`,
      at: first.source,
      help: "Target namespaces, or leave the target out",
    }];
  });
}
