import type { JsonSchema } from "../source/json_schema.ts";
import { RETRY_NEEDS } from "./parse_retry.ts";
import { DURATION, FLAG, orNothing, POSITIVE, SAID, whole, words } from "./value_schema.ts";

/** The JSON Schema of `retry`, of a task and of a flow. */
export function retrySchema(): JsonSchema {
  return orNothing({
    type: "object",
    properties: {
      type: { enum: Object.keys(RETRY_NEEDS) },
      interval: DURATION,
      minInterval: DURATION,
      maxInterval: DURATION,
      delayFactor: POSITIVE,
      maxAttempt: { ...whole(1), description: "Kestra 1.x: all attempts, the first counted" },
      maxAttempts: { ...whole(1), description: "Kestra 2.0: all attempts, the first counted" },
      maxDuration: DURATION,
      warningOnRetry: FLAG,
      behavior: words(["RETRY_FAILED_TASK", "CREATE_NEW_EXECUTION"]),
    },
    required: ["type"],
    allOf: Object.entries(RETRY_NEEDS).map(([type, needs]) => ({
      if: { properties: { type: { const: type } }, required: ["type"] },
      then: {
        properties: Object.fromEntries(needs.map((it) => [it, SAID])),
        required: needs,
      },
    })),
  });
}
