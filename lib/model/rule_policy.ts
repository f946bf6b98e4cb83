import type { Located, LocatedMap } from "./located.ts";
import type { Source, Sourced } from "./source.ts";

/**
 * What a policy of Kestra 2.0 does with its rules.
 *
 * `ACTIVE` enforces, `EVALUATE` only says what it would do, `DISABLED` does nothing,
 * `REFERENCE` adds values where `policyRefs` names it.
 */
export type Enforcement = "ACTIVE" | "EVALUATE" | "DISABLED" | "REFERENCE";

/** A policy of Kestra 2.0: rules with a name and a reach (`kestra.policies`). */
export interface RulePolicy {
  readonly id: Sourced<string>;
  readonly enforcement: Enforcement;
  /** Where it says so; the policy's own place when it does not. */
  readonly enforcementSource: Source;
  /** Absent: every flow. */
  readonly target?: RuleTarget;
  readonly rules: readonly Rule[];
  readonly source: Source;
}

/** The flows a policy reaches. Absent: not narrowed that way. Never empty. */
export interface RuleTarget {
  readonly tenants?: readonly Sourced<string>[];
  /** The namespaces themselves, and all below them. */
  readonly namespaces?: readonly Sourced<string>[];
}

/** One rule of a policy. `Add` and `Delete` change what a flow says, the others judge it. */
export type Rule = AddRule | DeleteRule | DenyRule | RestrictRule | RequireRule;

interface RuleBase {
  /** The flow itself, or every plugin in it: tasks, triggers, task runners. */
  readonly on: "FLOW" | "PLUGIN";
  /** All must hold. `[]`: every plugin. Always `[]` on `FLOW`. */
  readonly where: readonly Condition[];
  readonly source: Source;
}

interface JudgingRule extends RuleBase {
  /** `warn` refuses nothing. */
  readonly action: "block" | "warn";
  /** What the administrator has to say to the author. */
  readonly errorMessage?: string;
}

/** Puts values in. */
export interface AddRule extends RuleBase {
  readonly type: "io.kestra.plugin.ee.rules.Add";
  readonly values: LocatedMap;
  /** `true`: beats the author's value. `false`: fills gaps. */
  readonly override: Sourced<boolean>;
}

/** Takes properties out, whoever set them. */
export interface DeleteRule extends RuleBase {
  readonly type: "io.kestra.plugin.ee.rules.Delete";
  /** Dotted paths. Never empty. */
  readonly properties: readonly Sourced<string>[];
}

/** Refuses a plugin. */
export interface DenyRule extends JudgingRule {
  readonly type: "io.kestra.plugin.ee.rules.Deny";
}

/** Bounds a property that is there. Of the bounds at least one is set; all that are set hold. */
export interface RestrictRule extends JudgingRule {
  readonly type: "io.kestra.plugin.ee.rules.Restrict";
  /** A dotted path. */
  readonly property: Sourced<string>;
  readonly min?: Sourced<number>;
  readonly max?: Sourced<number>;
  /** Never empty. */
  readonly enum?: readonly Located[];
  readonly regex?: Sourced<Pattern>;
  readonly equals?: Located;
}

/** Demands that properties are set, and not empty. */
export interface RequireRule extends JudgingRule {
  readonly type: "io.kestra.plugin.ee.rules.Require";
  /** Dotted paths. Never empty. */
  readonly properties: readonly Sourced<string>[];
}

/** One condition on a plugin. `field` is a dotted path. */
export type Condition =
  & { readonly field: Sourced<string>; readonly source: Source }
  & (
    | { readonly operator: "EQUAL_TO" | "NOT_EQUAL_TO"; readonly value: Located }
    | {
      readonly operator: "STARTS_WITH" | "ENDS_WITH" | "CONTAINS";
      /** Never empty. */
      readonly value: Sourced<string>;
    }
    | { readonly operator: "IN" | "NOT_IN"; readonly value: readonly Located[] }
    | { readonly operator: "REGEX"; readonly value: Sourced<Pattern> }
    | { readonly operator: "IS_NULL" | "IS_NOT_NULL" }
  );

/** A pattern that matches whole texts, in time linear in their length. */
export interface Pattern {
  /** As it is written. */
  readonly source: string;
  test(text: string): boolean;
}
