import { z } from "zod";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/;

/** An `id` of a flow, a task or an input (Kestra's `@Pattern`). */
export const Id = z.string().min(1, "expected a name").max(100, "expected at most 100 characters")
  .regex(NAME, "expected letters, digits, - and _, a letter or digit first");

/** A namespace: dotted, in lower case. */
export const Namespace = z.string().min(1, "expected a namespace")
  .max(150, "expected at most 150 characters")
  .regex(/^[a-z0-9][a-z0-9._-]*$/, "expected lower-case letters, digits, . - and _");

const scalar = z.union([z.string(), z.number(), z.boolean()], "expected a text");

/** Labels: a map, or a list of key and value. */
export const Labels = z.union([
  z.record(z.string(), scalar),
  z.array(z.strictObject({ key: z.string(), value: scalar })),
], "expected a map, or a list of key and value");

/** An input, by the keys that Kestra has; which of them are honoured is decided elsewhere. */
export const InputShape = z.looseObject({
  id: Id.optional(),
  name: Id.optional(),
  type: z.string("expected a type, such as STRING"),
  required: z.boolean().optional(),
  description: z.string().optional(),
  displayName: z.string().optional(),
});

/** What every task has. The rest belongs to its class. */
export const TaskShape = z.looseObject({
  id: Id,
  type: z.string("expected a class").min(1, "expected a class")
    .regex(/^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/, "expected a class: a dotted name"),
  description: z.string().optional(),
  timeout: z.string('expected a duration, such as "PT30S"').optional(),
  allowFailure: z.boolean().optional(),
  disabled: z.boolean().optional(),
  runIf: z.union([z.string(), z.boolean()], "expected a text").optional(),
});

/** Keys of a flow that are honoured. */
export const FLOW_KEYS: readonly string[] = [
  "id",
  "namespace",
  "description",
  "labels",
  "inputs",
  "variables",
  "tasks",
  "errors",
  "pluginDefaults",
  "taskDefaults",
];

/** Keys of Kestra that have no bearing on one run: said, not honoured. */
export const IDLE_KEYS: readonly string[] = [
  "triggers",
  "extend",
  "revision",
  "tenantId",
  "deleted",
  "draft",
];

/** Keys of Kestra that change what a run does: a flow that has one cannot run yet. */
export const UNSUPPORTED_KEYS: readonly string[] = [
  "afterExecution",
  "checks",
  "concurrency",
  "disabled",
  "finally",
  "listeners",
  "outputs",
  "policyRefs",
  "retry",
  "sla",
  "workerGroup",
  "workerSelector",
];

/** Keys of an input that are honoured. */
export const INPUT_KEYS: readonly string[] = [
  "id",
  "name",
  "type",
  "required",
  "defaults",
  "description",
  "displayName",
];

/** Every type of input that Kestra has. */
export const KESTRA_INPUT_TYPES: readonly string[] = [
  "ARRAY",
  "BOOL",
  "BOOLEAN",
  "DATE",
  "DATETIME",
  "DURATION",
  "EMAIL",
  "ENUM",
  "FILE",
  "FLOAT",
  "INT",
  "JSON",
  "MULTISELECT",
  "SECRET",
  "SELECT",
  "STRING",
  "TIME",
  "URI",
  "YAML",
];
