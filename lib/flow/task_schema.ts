import { namesOfClass } from "../catalog/aliases.ts";
import { CLASSES, TASK_PROPERTIES } from "../catalog/classes.ts";
import { type JsonSchema, jsonSchemaOf } from "../source/json_schema.ts";
import { flowableSchema } from "./flowable_schema.ts";
import { FLOWABLE_CLASSES } from "./flowables.ts";
import { retrySchema } from "./retry_schema.ts";
import { TaskShape } from "./shapes.ts";
import { LEVELS } from "./task_keys.ts";
import { DURATION, FLAG, TEXT, words } from "./value_schema.ts";

/** What every task may say, where it is not free. */
const TYPED: Readonly<Record<string, JsonSchema>> = {
  timeout: DURATION,
  retry: retrySchema(),
  logLevel: words(LEVELS),
  taskCache: { type: ["object", "null"], properties: { enabled: FLAG } },
  allowFailure: FLAG,
  allowWarning: FLAG,
  disabled: FLAG,
  runIf: { ...TEXT, description: "Kestra 1.x: the task runs where this comes to true" },
  when: { ...TEXT, description: "Kestra 2.0: the task runs where this comes to true" },
  policyRefs: { type: ["array", "null"], items: { type: "string" } },
};

/** The JSON Schema of a task, which may hold others. */
export function taskSchema(): JsonSchema {
  const shape = jsonSchemaOf(TaskShape) as {
    readonly properties: Readonly<Record<string, JsonSchema>>;
    readonly required: readonly string[];
  };
  const runnable = [...CLASSES].flatMap(([name, it]) =>
    it.notRun === undefined && it.kind !== "flowable" ? [[name, it.properties] as const] : []
  );
  const offered = [...runnable, ...FLOWABLE_CLASSES].map(([name]) => name);
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(TASK_PROPERTIES.map((name) => [name, TYPED[name] ?? {}])),
      ...shape.properties,
      // Offered by editors; a class that is not known here may come from a plugin.
      type: { anyOf: [{ enum: offered }, shape.properties.type] },
    },
    required: shape.required,
    allOf: [
      ...runnable.map(([name, properties]) => whenClass(name, ofProperties(properties))),
      ...FLOWABLE_CLASSES.map(([name, it]) => whenClass(name, flowableSchema(name, it))),
    ],
  };
}

function whenClass(name: string, then: JsonSchema): JsonSchema {
  return {
    if: { properties: { type: { enum: namesOfClass(name) } }, required: ["type"] },
    then,
  };
}

function ofProperties(properties: readonly string[]): JsonSchema {
  return {
    properties: Object.fromEntries([...TASK_PROPERTIES, ...properties].map((it) => [it, {}])),
    additionalProperties: false,
  };
}
