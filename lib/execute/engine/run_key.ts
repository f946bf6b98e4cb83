import type { RunKey } from "../../model/mod.ts";
import type { Place } from "./execution.ts";

/** The key of a task run: the task's path, and the rounds of the loops around it, from the outermost. */
export function runKey(path: string, { parents, iteration }: Place): RunKey {
  const rounds = [...parents.map((it) => it.iteration).toReversed(), iteration]
    .filter((it) => it !== undefined);
  return rounds.length === 0 ? path : `${path}@${rounds.join()}`;
}
