import { canonicalClass } from "../../../catalog/aliases.ts";
import { parseFlow, readFlow } from "../../../flow/mod.ts";
import type { Diagnostic, LocatedMap } from "../../../model/mod.ts";
import { makePlan } from "../../../plan/mod.ts";
import { applyDefaults, applyRules, loadPolicy } from "../../../policy/mod.ts";
import { parseYaml } from "../../../source/mod.ts";
import { hostFacts } from "../../../../tests/host_facts.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";

/** What a rule's test lays before it. */
export interface Sample {
  /** Texts of flows, named `flow0.yaml`, `flow1.yaml`, … */
  readonly flows: readonly string[];
  readonly policy?: string;
}

/** Takes texts through the stages, as `check` does. For tests. */
export async function lintContext({ flows, policy: written }: Sample): Promise<LintContext> {
  const texts = new Map(flows.map((text, i) => [`flow${i}.yaml`, text]));
  const flowRoots = new Map([...texts].map(([file, text]) => [file, readFlow(text, file)]));
  const host = hostFacts();
  const policyRoots = new Map<string, LocatedMap>();
  if (written === undefined) return { policyRoots, flowRoots, texts, host };
  const policy = await loadPolicy([{ file: "policy.yaml", text: written }]);
  policyRoots.set("policy.yaml", parseYaml(written, "policy.yaml") as LocatedMap);
  const ruled = [...flowRoots.values()].map((root) => {
    const { flow, violations, changes } = applyRules(
      applyDefaults(root, policy),
      policy.rules,
      canonicalClass,
    );
    return { flow: parseFlow(flow).flow, warnings: [], violations, changes };
  });
  return {
    policy,
    policyRoots,
    plan: makePlan(policy, ruled, host),
    flowRoots,
    texts: new Map([...texts, ["policy.yaml", written]]),
    host,
  };
}

/** What a rule finds in a sample. For tests. */
export async function found(
  { find }: LintRule,
  sample: Sample,
): Promise<readonly Diagnostic[]> {
  return [...find(await lintContext(sample))];
}

/** One found thing in short, `line:column message`. For tests. */
export function inShort({ at, message }: Diagnostic): string {
  return `${at?.line}:${at?.column} ${message}`;
}
