import { decideAccess } from "../access/mod.ts";
import { findFlips, whyNoFlip } from "../check/mod.ts";
import type { Access, Decision, ExplainedTask, Explanation, Flip, TaskPlan } from "../model/mod.ts";
import type { KnownFacts } from "./known_facts.ts";
import { decide, type TaskPlace, tryEdits } from "./policy_trial.ts";
import type { Asked } from "./prepare.ts";

/** Answers questions about tasks of flows that were planned. */
export interface Explainer {
  /** Whether the task may do it, why, and what would turn that round. */
  explain(place: TaskPlace, plan: TaskPlan, access: Access): Promise<Explanation>;
  /** Why a task is refused, and what would let it run. */
  refusal(place: TaskPlace, plan: TaskPlan): Promise<ExplainedTask["refusal"] & object>;
}

/**
 * Makes what answers the questions of one command line.
 *
 * @param known What was found for the flows and policies that are asked about.
 * @param brief Leaves out the search for what would turn an answer round.
 */
export function makeExplainer(
  asked: Asked,
  known: KnownFacts,
  { brief }: { readonly brief: boolean },
): Explainer {
  const found = new Map<string, Promise<readonly Flip[]>>();
  const flipsOf = async (
    plan: TaskPlan,
    decision: Decision,
    look: () => Promise<readonly Flip[]>,
  ) => {
    // What runs in process has its permissions by its class: the same answer has the same flips.
    if (plan.kind !== "in-process" || plan.refusal !== undefined) return await look();
    const key = JSON.stringify([plan.task.type.value, decision]);
    const flips = found.get(key) ?? look();
    found.set(key, flips);
    return await flips;
  };
  const { policy } = known;
  return {
    async explain(place, plan, access) {
      const decision = await decide(plan, access);
      if (brief) return { decision };
      const flips = await flipsOf(plan, decision, () =>
        findFlips(
          { plan, decision, policy },
          (edits) => tryEdits(asked, known, place, access, edits),
        ));
      return { decision, flips, ...(flips.length === 0 && { noFlip: whyNoFlip(plan, decision) }) };
    },
    async refusal(place, plan) {
      const access = { kind: "spawn" } as const;
      const decision = decideRun(plan, access);
      const because = decision.because[0]!;
      if (brief) return { because };
      const flips = await findFlips({ plan, decision, policy }, async (edits) => {
        const tried = await tryEdits(asked, known, place, access, edits);
        return tried && { ...tried, decision: decideRun(tried.plan, access) };
      });
      return { because, flips, ...(flips.length === 0 && { noFlip: whyNoFlip(plan, decision) }) };
    },
  };
}

/** Whether a task runs at all, in the form of an answer. */
function decideRun(plan: TaskPlan, access: Access): Decision {
  const decision = decideAccess(plan, access);
  return plan.refusal === undefined ? { ...decision, verdict: "allowed" } : decision;
}
