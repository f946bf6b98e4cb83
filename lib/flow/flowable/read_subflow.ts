import type { EachItem, Sourced, Started, Subflow, Task } from "../../model/mod.ts";
import { toPlain } from "../../source/mod.ts";
import { isExpression } from "../located_values.ts";
import {
  complain,
  entryOf,
  inside,
  readFlag,
  readText,
  readWhole,
  refuseOtherKeys,
  type ValueReader,
} from "../value_reader.ts";
import { textOr } from "./text_or.ts";

/** Reads which flow a `Subflow` starts, with what, and what becomes of the answer. */
export function readSubflow(task: Task, reader: ValueReader): Omit<Subflow, "errors" | "finally"> {
  return { kind: "Subflow", ...startedOf(task, reader), outputs: mapOf(reader, "outputs") };
}

const BATCH = ["rows", "bytes", "partitions", "separator", "regexPattern"] as const;

/** Reads which flow a `ForEachItem` starts for each batch, and how large one is. */
export function readForEachItem(
  task: Task,
  reader: ValueReader,
): Omit<EachItem, "errors" | "finally"> {
  const batch = inside(reader, "batch");
  if (batch !== undefined) refuseOtherKeys(batch, BATCH);
  return {
    kind: "ForEachItem",
    ...startedOf(task, reader),
    items: textOr(readText(reader, "items"), task),
    batch: Object.fromEntries(BATCH.flatMap((key) => {
      const text = batch && readText(batch, key);
      if (text === undefined) return [];
      const counts = key === "rows" || key === "partitions";
      if (counts && !isExpression(text.value)) readWhole(batch!, key, 1);
      return [[key, text]];
    })),
  };
}

function startedOf(task: Task, reader: ValueReader): Started {
  return {
    namespace: textOr(readText(reader, "namespace"), task),
    flowId: textOr(readText(reader, "flowId"), task),
    inputs: mapOf(reader, "inputs"),
    labels: mapOf(reader, "labels", "list"),
    inheritLabels: readFlag(reader, "inheritLabels", false),
    wait: readFlag(reader, "wait", true),
    transmitFailed: readFlag(reader, "transmitFailed", true),
  };
}

/** A map, or what else is allowed, as it is written. */
function mapOf(reader: ValueReader, key: string, or?: "list"): Sourced<unknown> | undefined {
  const value = entryOf(reader, key)?.value;
  if (value === undefined) return undefined;
  if (value.kind !== "map" && value.kind !== or) {
    complain(reader, key, value, or === undefined ? "a map" : "a map, or a list of key and value");
  }
  return { value: toPlain(value), source: value.source };
}
