import type { PathFact } from "../lint_rule.ts";
import type { Diagnostic } from "../../../model/mod.ts";
import type { LintRule } from "../lint_rule.ts";
import { inShort, lintContext } from "./lint_sample.ts";

/** What lies at the paths that samples name: what is not here was not looked at. For tests. */
const PATHS: ReadonlyMap<string, PathFact> = new Map([
  ["/ect", { kind: "missing" }],
  ["/dev/fd", { kind: "directory", real: "/proc/self/fd" }],
  ["/dev/null", { kind: "other", real: "/dev/null" }],
]);

/** What a rule finds in a policy. For tests. */
export async function foundIn(
  { find }: LintRule,
  policy: string,
): Promise<readonly Diagnostic[]> {
  return [...find({ ...await lintContext({ flows: [], policy }), paths: PATHS })];
}

/** What a rule finds in a policy, in short: `line:column message`. For tests. */
export async function saidOf(rule: LintRule, policy: string): Promise<readonly string[]> {
  return (await foundIn(rule, policy)).map(inShort);
}
