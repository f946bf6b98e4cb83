import * as z from "zod/mini";
import { once } from "../../source/once.ts";

const PREFIX = "io.kestra.plugin.ee.rules.";

/** The classes of rules, by Kestra's documentation of 2.0. */
export const RULE_TYPES = ["Add", "Delete", "Deny", "Restrict", "Require"]
  .map((it) => PREFIX + it);

/** The operators of conditions. */
export const OPERATORS = [
  "EQUAL_TO",
  "NOT_EQUAL_TO",
  "STARTS_WITH",
  "ENDS_WITH",
  "CONTAINS",
  "IN",
  "NOT_IN",
  "REGEX",
  "IS_NULL",
  "IS_NOT_NULL",
] as const;

/** A label of RFC 1123, as Kestra asks of the `id` of a policy. */
export const PolicyId = once(() =>
  z.string("expected a name").check(z.regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "expected lower-case letters, digits and -, a letter or digit first and last, at most 63",
  ))
);

const path = once(() =>
  z.string("expected a property").check(z.regex(
    /^[^.\s]+(?:\.[^.\s]+)*$/,
    'expected a property, such as "taskRunner.type"',
  ))
);
const paths = once(() =>
  z.array(path(), "expected a list of properties")
    .check(z.minLength(1, "expected at least one property"))
);
const atLeastOne = once(() => z.minLength(1, "expected at least one entry"));

const TargetShape = once(() =>
  z.strictObject({
    tenants: z.optional(z.array(z.string()).check(atLeastOne())),
    namespaces: z.optional(
      z.array(
        z.string().check(z.regex(
          /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)*$/,
          "expected a namespace: dotted, in lower case, without wildcards",
        )),
      ).check(atLeastOne()),
    ),
  }).check(
    z.refine((it) => it.tenants !== undefined || it.namespaces !== undefined, {
      error: "expected tenants or namespaces",
    }),
    z.meta({ anyOf: [{ required: ["tenants"] }, { required: ["namespaces"] }] }),
  )
);

/** A policy, without its rules. */
export const PolicyShape = once(() =>
  z.strictObject({
    id: z.optional(PolicyId()),
    displayName: z.optional(z.string()),
    description: z.optional(z.string()),
    enforcement: z.optional(z.enum(["ACTIVE", "EVALUATE", "DISABLED", "REFERENCE"])),
    target: z.optional(TargetShape()),
    rules: z.array(z.unknown(), "expected a list of rules")
      .check(z.minLength(1, "expected at least one rule")),
  })
);

const base = once(() => ({
  type: z.string(),
  on: z.enum(["FLOW", "PLUGIN"], 'expected "FLOW" or "PLUGIN"'),
  where: z.optional(
    z.array(z.unknown(), "expected a list of conditions")
      .check(z.minLength(1, "expected at least one condition")),
  ),
}));
const judging = once(() => ({
  ...base(),
  action: z.optional(z.enum(["block", "warn"], 'expected "block" or "warn"')),
  errorMessage: z.optional(z.string("expected a text")),
}));
const present = once(() =>
  z.unknown().check(
    z.refine((it) => it !== null && it !== undefined, { error: "expected a value, not null" }),
    z.meta({ not: { type: "null" } }),
  )
);

/** What each class of rule has. */
export const RuleShapes = {
  Add: once(() =>
    z.strictObject({
      ...base(),
      values: z.record(z.string(), z.unknown(), "expected a map of values").check(
        z.refine((it) => Object.keys(it).length > 0, { error: "expected at least one value" }),
        z.meta({ minProperties: 1 }),
      ),
      override: z.optional(z.boolean("expected true or false")),
    })
  ),
  Delete: once(() => z.strictObject({ ...base(), properties: paths() })),
  Deny: once(() => z.strictObject(judging())),
  Restrict: once(() =>
    z.strictObject({
      ...judging(),
      property: path(),
      min: z.optional(z.number("expected a number")),
      max: z.optional(z.number("expected a number")),
      enum: z.optional(
        z.array(present(), "expected a list of values")
          .check(z.minLength(1, "expected at least one value")),
      ),
      regex: z.optional(z.string("expected a pattern")),
      equals: z.optional(present()),
    })
  ),
  Require: once(() => z.strictObject({ ...judging(), properties: paths() })),
} as const;

/** One condition, whatever its operator. */
export const ConditionShape = once(() =>
  z.strictObject({
    field: path(),
    operator: z.enum(OPERATORS),
    value: z.optional(z.unknown()),
  })
);
