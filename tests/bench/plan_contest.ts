import { readFlow } from "../../lib/flow/mod.ts";
import { loadPolicy } from "../../lib/policy/mod.ts";
import { flowText, policyText } from "./case.ts";
import type { Contest } from "./comparison.ts";
import { elapsed } from "./measure.ts";
import { planOnce } from "./plan_once.ts";

const TASKS = 1_000;
const RULES = 100;

/** How long a large plan takes, in a harness that is warm. */
export async function planContest(): Promise<Contest> {
  const text = flowText(TASKS);
  const root = readFlow(text, "flow.yaml");
  const policy = await loadPolicy([{ file: "policy.yaml", text: policyText(RULES) }]);
  return {
    id: "plan",
    title: `A plan of 1,000 tasks under ${RULES} rules`,
    charted: false,
    unit: "ms",
    aboutHead: "what is done",
    cases: [
      {
        id: "planned",
        name: "bulkhead: plan",
        about: "defaults, rules, parsing and planning, of YAML that was read",
        side: "ours",
        take: () => elapsed(() => planOnce(root, policy, TASKS)),
      },
      {
        id: "read",
        name: "bulkhead: plan, with its YAML",
        about: "the same, and reading the YAML",
        side: "ours",
        take: () => elapsed(() => planOnce(readFlow(text, "flow.yaml"), policy, TASKS)),
      },
    ],
    leftOut: [],
  };
}
