import { canonicalClass } from "../lib/catalog/aliases.ts";
import { parseFlow, readFlow } from "../lib/flow/mod.ts";
import type { HostFacts, TaskPlan } from "../lib/model/mod.ts";
import { makePlan } from "../lib/plan/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../lib/policy/mod.ts";
import { hostFacts } from "./host_facts.ts";

/**
 * Plans one task, as the command line would, on a machine that is made up.
 *
 * @param policy Its text, of file `policy.yaml`.
 * @param task Of file `flow.yaml`; its id is `t`.
 */
export async function plannedTask(
  policy: string,
  task: object,
  host: Partial<HostFacts> = {},
): Promise<TaskPlan> {
  const loaded = await loadPolicy([{ file: "policy.yaml", text: policy }]);
  // One value a line, so that places say something.
  const text = JSON.stringify(
    { id: "f", namespace: "a", tasks: [{ id: "t", ...task }] },
    null,
    1,
  );
  const root = applyDefaults(readFlow(text, "flow.yaml"), loaded);
  const ruled = applyRules(root, loaded.rules, canonicalClass);
  const { flow, warnings } = parseFlow(ruled.flow);
  return makePlan(loaded, [{ flow, warnings }], hostFacts(host)).flows[0]!.tasks[0]!;
}

/** The place of a refusal, or of a reason: `file:line`. */
export function placeOf(source: TaskPlan["because"][number]["source"]): string {
  return source === "built-in" ? source : `${source.file}:${source.line}`;
}
