import { z } from "zod";

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
export const PolicyId = z.string("expected a name").regex(
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  "expected lower-case letters, digits and -, a letter or digit first and last, at most 63",
);

const path = z.string("expected a property").regex(
  /^[^.\s]+(?:\.[^.\s]+)*$/,
  'expected a property, such as "taskRunner.type"',
);
const paths = z.array(path, "expected a list of properties")
  .nonempty("expected at least one property");
const texts = z.array(z.string()).nonempty("expected at least one entry");

/** A policy, without its rules. */
export const PolicyShape = z.strictObject({
  id: PolicyId.optional(),
  displayName: z.string().optional(),
  description: z.string().optional(),
  enforcement: z.enum(["ACTIVE", "EVALUATE", "DISABLED", "REFERENCE"]).optional(),
  target: z.strictObject({
    tenants: texts.optional(),
    namespaces: z.array(
      z.string().regex(
        /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)*$/,
        "expected a namespace: dotted, in lower case, without wildcards",
      ),
    ).nonempty("expected at least one entry").optional(),
  }).refine((it) => it.tenants !== undefined || it.namespaces !== undefined, {
    error: "expected tenants or namespaces",
  }).optional(),
  rules: z.array(z.unknown(), "expected a list of rules").nonempty("expected at least one rule"),
});

const base = {
  type: z.string(),
  on: z.enum(["FLOW", "PLUGIN"], 'expected "FLOW" or "PLUGIN"'),
  where: z.array(z.unknown(), "expected a list of conditions")
    .nonempty("expected at least one condition").optional(),
};
const judging = {
  ...base,
  action: z.enum(["block", "warn"], 'expected "block" or "warn"').optional(),
  errorMessage: z.string("expected a text").optional(),
};
const present = z.unknown().refine((it) => it !== null && it !== undefined, {
  error: "expected a value, not null",
});

/** What each class of rule has. */
export const RuleShapes = {
  Add: z.strictObject({
    ...base,
    values: z.record(z.string(), z.unknown(), "expected a map of values")
      .refine((it) => Object.keys(it).length > 0, { error: "expected at least one value" }),
    override: z.boolean("expected true or false").optional(),
  }),
  Delete: z.strictObject({ ...base, properties: paths }),
  Deny: z.strictObject(judging),
  Restrict: z.strictObject({
    ...judging,
    property: path,
    min: z.number("expected a number").optional(),
    max: z.number("expected a number").optional(),
    enum: z.array(present, "expected a list of values").nonempty("expected at least one value")
      .optional(),
    regex: z.string("expected a pattern").optional(),
    equals: present.optional(),
  }),
  Require: z.strictObject({ ...judging, properties: paths }),
} as const;

/** One condition, whatever its operator. */
export const ConditionShape = z.strictObject({
  field: path,
  operator: z.enum(OPERATORS),
  value: z.unknown().optional(),
});
