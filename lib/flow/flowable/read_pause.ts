import type { Pause } from "../../model/mod.ts";
import { parseInputs } from "../inputs/parse_inputs.ts";
import { entryOf, readDurationText, readWord, type ValueReader } from "../value_reader.ts";

/** Reads how a `Pause` ends; `delay` is an older name of `pauseDuration`. */
export function readPause(reader: ValueReader): Omit<Pause, "tasks" | "errors" | "finally"> {
  const delay = readDurationText(reader, "delay");
  const pauseDuration = readDurationText(reader, "pauseDuration") ?? delay;
  return {
    kind: "Pause",
    ...(pauseDuration && { pauseDuration }),
    behavior: readWord(reader, "behavior", ["RESUME", "WARN", "CANCEL", "FAIL"], "RESUME"),
    onResume: parseInputs(
      entryOf(reader, "onResume")?.value,
      `${reader.path}.onResume`,
      reader.findings,
    ),
  };
}
