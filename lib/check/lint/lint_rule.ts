import type { Diagnostic, HostFacts, LocatedMap, Plan, Policy, RulePage } from "../../model/mod.ts";

/** What a rule looks at. All of it was read and planned before; a rule reads no file. */
export interface LintContext {
  /** The policy that is judged, or under which flows are judged. */
  readonly policy?: Policy;
  /** The YAML of each file of that policy, by file. */
  readonly policyRoots: ReadonlyMap<string, LocatedMap>;
  /** The flows that are judged, planned under the policy; without a policy none. */
  readonly plan?: Plan;
  /** The YAML of each flow, by file, as it was written: without defaults. */
  readonly flowRoots: ReadonlyMap<string, LocatedMap>;
  /** The text of each file, by its name: places inside of scalars and changes of files are found in it. */
  readonly texts: ReadonlyMap<string, string>;
  /** What the disk says of paths that the policy names; absent where it was not asked. */
  readonly paths?: ReadonlyMap<string, PathFact>;
  readonly host: HostFacts;
}

/** What lies at a path. */
export type PathFact =
  | { readonly kind: "missing" }
  | { readonly kind: "file" | "directory" | "other"; readonly real: string };

/** One thing that is looked for in policies and flows, with what there is to say of it. */
export interface LintRule extends RulePage {
  /** Another flow, which is judged beside `bad` and `good`. */
  readonly beside?: string;
  /** What it finds. Pure. */
  readonly find: (context: LintContext) => Iterable<Diagnostic>;
}
