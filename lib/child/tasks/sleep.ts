import { parseDuration } from "../../source/parse_duration.ts";
import { TaskFailure } from "../task_failure.ts";
import type { BuiltIn } from "./mod.ts";

/** `io.kestra.plugin.core.flow.Sleep`: waits for an ISO 8601 duration. */
export const sleep: BuiltIn = async ({ duration }) => {
  const ms = parseDuration(String(duration ?? ""));
  if (ms === undefined) {
    throw new TaskFailure(
      `Cannot sleep for "${duration ?? ""}": expected a duration such as "PT5S"`,
    );
  }
  await new Promise((resolve) => setTimeout(resolve, ms));
};
