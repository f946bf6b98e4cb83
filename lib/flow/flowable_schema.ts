import { CLASSES, TASK_PROPERTIES } from "../catalog/classes.ts";
import type { JsonSchema } from "../source/json_schema.ts";
import type { Flowable } from "./flowables.ts";
import { orNull, taskList } from "./task_list_schema.ts";
import { DURATION, FLAG, SAID, TEXT, TEXTS, whole, words } from "./value_schema.ts";

const VALUES: JsonSchema = { type: ["array", "object", "string", "null"] };

/** What flowables say beside their tasks, where it is not free. */
const TYPED: Readonly<Record<string, JsonSchema>> = {
  batch: orNull("object", {
    properties: {
      rows: whole(1),
      bytes: TEXT,
      partitions: whole(1),
      separator: TEXT,
      regexPattern: TEXT,
    },
  }),
  behavior: words(["RESUME", "WARN", "CANCEL", "FAIL"]),
  checkFrequency: orNull("object", {
    properties: { interval: DURATION, maxIterations: whole(1), maxDuration: DURATION },
  }),
  concurrencyLimit: { ...whole(0), description: "How many values at a time; 0: all of them" },
  concurrent: { ...whole(0), description: "How many at a time; 0: all of them" },
  condition: TEXT,
  delay: { ...DURATION, description: "Kestra's older name of pauseDuration" },
  failFast: FLAG,
  failOnMaxReached: FLAG,
  flowId: TEXT,
  inheritLabels: FLAG,
  inputFiles: {
    type: ["object", "string", "number", "boolean", "null"],
    additionalProperties: TEXT,
  },
  inputs: orNull("object"),
  items: TEXT,
  labels: { type: ["object", "array", "null"] },
  namespace: TEXT,
  onResume: orNull("array", { items: { $ref: "#/definitions/input" } }),
  outputFiles: TEXTS,
  outputs: orNull("object"),
  pauseDuration: DURATION,
  transmitFailed: FLAG,
  values: VALUES,
  wait: FLAG,
};

/** The JSON Schema of what a task of one class of flowable says. */
export function flowableSchema(name: string, { slots, needs }: Flowable): JsonSchema {
  const known = CLASSES.get(name);
  const lists = Object.entries(slots).map(([key, slot]) => [
    key,
    slot === "cases"
      ? orNull("object", { additionalProperties: taskList("required") })
      : taskList(slot),
  ]);
  const demanded = Object.entries(slots).flatMap(([key, it]) =>
    it === "required" || it === "steps" ? [key] : []
  );
  // What is not run is checked for its tasks alone: nobody reads the rest.
  const own = known?.kind === "flowable" && known.notRun === undefined ? known.properties : [];
  const typed = (key: string) =>
    key === "value" ? name.endsWith(".Switch") ? TEXT : VALUES : TYPED[key] ?? {};
  return {
    properties: {
      ...Object.fromEntries(TASK_PROPERTIES.map((it) => [it, {}])),
      ...Object.fromEntries(own.map((it) => [it, typed(it)])),
      ...Object.fromEntries(needs.map((it) => [it, { allOf: [SAID, typed(it)] }])),
      ...Object.fromEntries(lists),
    },
    ...(own.length > 0 && { additionalProperties: false }),
    required: [...demanded, ...needs],
  };
}
