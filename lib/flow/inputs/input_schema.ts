import { type JsonSchema, jsonSchemaOf } from "../../source/json_schema.ts";
import { FURTHER_INPUT_KEYS, INPUT_KEYS, KESTRA_INPUT_TYPES } from "./input_keys.ts";
import { DataId } from "../shapes.ts";
import { orNull } from "../task_list_schema.ts";
import { FLAG } from "../value_schema.ts";

/** The JSON Schema of one input, which may hold others. */
export function inputSchema(): JsonSchema {
  const id = jsonSchemaOf(DataId);
  const typed: Readonly<Record<string, JsonSchema>> = {
    id: { anyOf: [id, { type: "null" }] },
    type: { enum: KESTRA_INPUT_TYPES },
    required: FLAG,
    itemType: { enum: [...KESTRA_INPUT_TYPES, null] },
    allowCustomValue: FLAG,
    autoSelectFirst: FLAG,
    values: orNull("array"),
    options: orNull("array"),
    allowedFileExtensions: orNull("array"),
    dependsOn: orNull("object", {
      properties: { inputs: orNull("array"), condition: { type: ["string", "null"] } },
    }),
    inputs: orNull("array", { items: { $ref: "#/definitions/input" } }),
  };
  return {
    type: "object",
    properties: Object.fromEntries(
      [...INPUT_KEYS, ...FURTHER_INPUT_KEYS].map((name) => [name, typed[name] ?? {}]),
    ),
    additionalProperties: false,
    required: ["type"],
    anyOf: [
      { required: ["id"], properties: { id } },
      { required: ["name"], properties: { id: { type: "null" }, name: id } },
    ],
  };
}
