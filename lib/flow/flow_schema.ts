import { describeSchema } from "../source/describe_schema.ts";
import { DRAFT, type JsonSchema, jsonSchemaOf } from "../source/json_schema.ts";
import { FLOW_KEYS, IDLE_KEYS, UNSUPPORTED_KEYS } from "./flow_keys.ts";
import { FLOW_WORDS } from "./flow_words.ts";
import { KESTRA_INPUT_TYPES } from "./inputs/input_keys.ts";
import { inputSchema } from "./inputs/input_schema.ts";
import { DataId, FlowId, Namespace } from "./shapes.ts";
import { retrySchema } from "./retry_schema.ts";
import { orNull, TASK, taskList } from "./task_list_schema.ts";
import { taskSchema } from "./task_schema.ts";
import { DURATION, FLAG, orNothing, SAID, TEXT, whole, words } from "./value_schema.ts";

/**
 * The JSON Schema of a flow, for editors.
 *
 * Made from the tables and shapes that the parser goes by. It takes what the parser takes of a
 * flow as it stands, before a policy's defaults are merged in; the parser checks more: what the
 * ids refer to, patterns, values.
 *
 * @param pluginDefault Of one entry of `pluginDefaults`.
 */
export function flowSchema(pluginDefault: JsonSchema): JsonSchema {
  const defaults = orNull("array", { items: pluginDefault });
  const typed: Readonly<Record<string, JsonSchema>> = {
    id: jsonSchemaOf(FlowId),
    namespace: jsonSchemaOf(Namespace),
    labels: labelsSchema(),
    inputs: orNull("array", { items: { $ref: "#/definitions/input" } }),
    outputs: orNull("array", { items: outputSchema() }),
    retry: retrySchema(),
    concurrency: concurrencySchema(),
    sla: orNull("array", { items: slaSchema() }),
    variables: orNull("object"),
    tasks: taskList("required"),
    errors: taskList("optional"),
    finally: taskList("optional"),
    afterExecution: taskList("optional"),
    listeners: orNull("array", {
      items: { type: "object", properties: { tasks: taskList("required") }, required: ["tasks"] },
    }),
    triggers: orNull("array"),
    pluginDefaults: defaults,
    taskDefaults: defaults,
    policyRefs: orNull("array", { items: { type: "string" } }),
  };
  const keys = [
    ...FLOW_KEYS.map((name) => [name, typed[name] ?? {}] as const),
    ...IDLE_KEYS.map((name) => [name, { ...typed[name], description: "Has no effect here" }]),
    ...Object.entries(UNSUPPORTED_KEYS).map(([name, help]) => [
      name,
      { ...typed[name], description: `Not supported yet. ${help}` },
    ]),
    ["disabled", {}],
  ];
  return describeSchema({
    $schema: DRAFT,
    title: "A flow of Kestra 1.x or 2.0, as bulkhead runs it",
    type: "object",
    properties: Object.fromEntries(keys),
    required: ["id", "namespace", "tasks"],
    additionalProperties: false,
    definitions: { [TASK]: taskSchema(), input: inputSchema() },
  }, FLOW_WORDS);
}

function outputSchema(): JsonSchema {
  return {
    type: "object",
    properties: {
      id: jsonSchemaOf(DataId),
      type: { enum: [...KESTRA_INPUT_TYPES, null] },
      value: SAID,
      required: FLAG,
    },
    required: ["id", "value"],
  };
}

function concurrencySchema(): JsonSchema {
  return orNothing({
    type: "object",
    properties: {
      limit: { allOf: [SAID, whole(1)] },
      behavior: words(["QUEUE", "CANCEL", "FAIL"]),
    },
    required: ["limit"],
  });
}

function slaSchema(): JsonSchema {
  const of = (type: string, key: string, schema: JsonSchema): JsonSchema => ({
    properties: { type: { const: type }, [key]: { allOf: [SAID, schema] } },
    required: [key],
  });
  return {
    type: "object",
    properties: {
      id: { allOf: [SAID, TEXT] },
      type: { type: "string" },
      behavior: { allOf: [SAID, words(["FAIL", "CANCEL", "NONE"])] },
      labels: labelsSchema(),
    },
    required: ["id", "type", "behavior"],
    anyOf: [of("MAX_DURATION", "duration", DURATION), of("EXECUTION_ASSERTION", "assert", TEXT)],
  };
}

function labelsSchema(): JsonSchema {
  const text = { type: ["string", "number", "boolean", "null"] };
  const key = { type: ["string", "number", "boolean"] };
  return {
    type: ["object", "array", "null"],
    additionalProperties: text,
    items: { type: "object", properties: { key, value: text }, required: ["key"] },
  };
}
