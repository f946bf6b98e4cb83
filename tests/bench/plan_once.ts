import { canonicalClass } from "../../lib/catalog/aliases.ts";
import { parseFlow } from "../../lib/flow/mod.ts";
import type { LocatedMap, Policy } from "../../lib/model/mod.ts";
import { makePlan } from "../../lib/plan/mod.ts";
import { applyDefaults, applyRules } from "../../lib/policy/mod.ts";
import { HOST } from "./case.ts";

/**
 * Takes a flow of `flowText()` through all stages, from its read YAML to the plan.
 *
 * @throws When not four of its five kinds of tasks run: something else would be measured.
 */
export function planOnce(root: LocatedMap, policy: Policy, tasks: number): void {
  const ruled = applyRules(applyDefaults(root, policy), policy.rules, canonicalClass);
  const { flow: parsed, warnings } = parseFlow(ruled.flow);
  const made = makePlan(policy, [{ ...ruled, flow: parsed, warnings }], HOST);
  const [flow] = made.flows;
  const runs = flow?.tasks.filter((it) => it.verdict === "run").length;
  if (flow?.tasks.length !== tasks || runs !== tasks * 4 / 5) {
    throw new Error(`${runs} of ${flow?.tasks.length} tasks run`);
  }
}
