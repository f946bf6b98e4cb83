import type { Answer, Question } from "../../model/mod.ts";
import { type Asker, refuse } from "./asker.ts";

/** How many labels an execution has at most, and how long a key and a value may be. */
const MOST = { labels: 100, key: 256, value: 4096 } as const;

/** Merges labels into those of the execution; Kestra's own (`system.…`) are set by nobody else. */
export function answerLabels(
  { labels }: Extract<Question, { about: "labels" }>,
  asker: Asker,
): Answer {
  for (const [key, value] of Object.entries(labels)) {
    if (key.startsWith("system.")) {
      return refuse(`Cannot set label "${key}": labels that begin with "system." are not a flow's`);
    }
    if (key === "" || key.length > MOST.key) {
      return refuse(
        `Cannot set label "${key.slice(0, MOST.key)}": a key has 1 to ${MOST.key} signs`,
      );
    }
    if (value.length > MOST.value) {
      return refuse(`Cannot set label "${key}": a value has ${MOST.value} signs at most`);
    }
  }
  const all = new Set([...asker.labels.keys(), ...Object.keys(labels)]);
  if (all.size > MOST.labels) {
    return refuse(`Cannot set labels: an execution has ${MOST.labels} at most`);
  }
  for (const [key, value] of Object.entries(labels)) asker.labels.set(key, value);
  return { ok: true };
}
