import {
  type Diagnostic,
  type LocatedMap,
  type Refusal,
  type Source,
  type Sourced,
  StageError,
} from "../../model/mod.ts";
import type { RulePolicy } from "../../model/rule_policy.ts";
import { nearest } from "../../source/mod.ts";
import type { Violation } from "./say_findings.ts";
import { visitPlugins } from "./visit_plugins.ts";

/**
 * Makes sure that every `policyRefs` of a flow, its tasks and triggers names a policy that can
 * be attached: one that is REFERENCE, or ACTIVE and so applies anyway.
 *
 * @param all Every policy that was loaded.
 * @param reaching Those whose target covers the flow.
 * @returns `flow/unknown-policy-ref` for what names another: it would run without what it
 * counts on. The flow can be planned all the same, with the policies of another server missing.
 * @throws {StageError} When a `policyRefs` is no list of names.
 */
export function checkPolicyRefs(
  flow: LocatedMap,
  all: readonly RulePolicy[],
  reaching: readonly RulePolicy[],
): readonly Violation[] {
  const problems: Diagnostic[] = [];
  const found: Violation[] = [];
  const check = (owner: LocatedMap, path?: string) => {
    for (const { value, source } of namesIn(owner, problems)) {
      const fact = factAbout(value, all, reaching);
      if (fact === undefined) continue;
      found.push({
        ...(path !== undefined && { path }),
        refusal: unknownRef(value, fact, source, all),
      });
    }
  };
  check(flow);
  visitPlugins(flow, undefined, (plugin, place) => {
    if (plugin === place.owner) check(plugin, place.path);
    return { plugin, state: undefined };
  });
  if (problems.length > 0) throw new StageError(problems);
  return found;
}

function namesIn(owner: LocatedMap, problems: Diagnostic[]): readonly Sourced<string>[] {
  const list = owner.entries.get("policyRefs")?.value;
  if (list === undefined || (list.kind === "scalar" && list.value === null)) return [];
  const items = list.kind === "list" ? list.items : [list];
  return items.flatMap((item) => {
    if (list.kind === "list" && item.kind === "scalar" && typeof item.value === "string") {
      return [{ value: item.value, source: item.source }];
    }
    problems.push({
      code: "flow/wrong-value",
      severity: "error",
      message: 'Cannot use "policyRefs": expected a list of names of policies',
      at: item.source,
    });
    return [];
  });
}

function factAbout(
  id: string,
  all: readonly RulePolicy[],
  reaching: readonly RulePolicy[],
): string | undefined {
  const policy = all.find((it) => it.id.value === id);
  if (policy === undefined) return "there is no such policy";
  if (!reaching.includes(policy)) return "its target does not cover this namespace";
  return policy.enforcement === "REFERENCE" || policy.enforcement === "ACTIVE"
    ? undefined
    : `its enforcement is ${policy.enforcement}, so that it adds nothing`;
}

function unknownRef(
  id: string,
  fact: string,
  source: Source,
  all: readonly RulePolicy[],
): Refusal {
  const policy = all.find((it) => it.id.value === id);
  const ids = all.filter((it) => it.enforcement === "REFERENCE").map((it) => it.id.value);
  const near = policy === undefined ? nearest(id, ids) : undefined;
  return {
    code: "flow/unknown-policy-ref",
    message: `Cannot run without policy "${id}": ${fact}`,
    by: "policy",
    source,
    ...(policy && { related: [{ message: "the policy stands here", at: policy.source }] }),
    help: near === undefined
      ? "Give the policy with -p, or leave the reference out"
      : `Did you mean "${near}"?`,
  };
}
