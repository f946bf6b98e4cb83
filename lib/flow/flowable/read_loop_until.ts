import type { Repeat, Task } from "../../model/mod.ts";
import {
  inside,
  readDurationText,
  readFlag,
  readText,
  readWhole,
  refuseOtherKeys,
  type ValueReader,
} from "../value_reader.ts";
import { isExpression } from "../located_values.ts";
import { textOr } from "./text_or.ts";

/** Between two rounds where nothing is said (`LoopUntil.CheckFrequency`, 1.x). */
const INTERVAL = "PT1M";

const KEYS = ["interval", "maxIterations", "maxDuration"];

/**
 * Reads how long and how often a `LoopUntil` goes round.
 *
 * As in Kestra 1.x there is no end but the condition where none is given; before, 100 rounds or one
 * hour were.
 */
export function readLoopUntil(
  task: Task,
  reader: ValueReader,
): Omit<Repeat, "tasks" | "errors" | "finally"> {
  const frequency = inside(reader, "checkFrequency");
  if (frequency !== undefined) refuseOtherKeys(frequency, KEYS);
  const interval = frequency && readDurationText(frequency, "interval");
  const maxIterations = frequency && iterationsOf(frequency);
  const maxDuration = frequency && readDurationText(frequency, "maxDuration");
  return {
    kind: "LoopUntil",
    condition: textOr(readText(reader, "condition"), task),
    interval: interval ?? { value: INTERVAL, source: task.type.source },
    ...(maxIterations && { maxIterations }),
    ...(maxDuration && { maxDuration }),
    failOnMaxReached: readFlag(reader, "failOnMaxReached", false),
  };
}

function iterationsOf(frequency: ValueReader) {
  const text = readText(frequency, "maxIterations");
  if (text !== undefined && !isExpression(text.value)) readWhole(frequency, "maxIterations", 1);
  return text;
}
