import type { JsonSchema } from "../source/json_schema.ts";
import type { Slot } from "./flowables.ts";
import { TEXTS } from "./value_schema.ts";

/** What the definition of a task is called in the schema. */
export const TASK = "task";

/** A list of tasks, as its slot wants it. */
export function taskList(slot: Exclude<Slot, "cases">): JsonSchema {
  const task = { $ref: `#/definitions/${TASK}` };
  switch (slot) {
    case "required":
      return { type: "array", minItems: 1, items: task };
    case "steps":
      return {
        type: "array",
        minItems: 1,
        items: { type: "object", properties: { task, dependsOn: TEXTS }, required: ["task"] },
      };
    case "filled":
      return orNull("array", { minItems: 1, items: task });
    case "optional":
      return orNull("array", { items: task });
  }
}

/** A type, or null: a key with nothing behind it. */
export function orNull(type: "array" | "object", rest: JsonSchema = {}): JsonSchema {
  return { type: [type, "null"], ...rest };
}
