import type { Each, Sourced } from "../../model/mod.ts";
import { toPlain } from "../../source/mod.ts";
import { complain, entryOf, readFlag, readWhole, type ValueReader } from "../value_reader.ts";

/**
 * Reads what `ForEach`, `Loop`, `EachSequential` and `EachParallel` run their tasks for.
 *
 * `ForEach` takes one value at a time where nothing is said, `Loop` and `EachParallel` as many as
 * there are.
 */
export function readEach(
  name: "ForEach" | "Loop" | "EachSequential" | "EachParallel",
  reader: ValueReader,
): Omit<Each, "tasks" | "errors" | "finally"> {
  const common = { kind: "ForEach" } as const;
  switch (name) {
    case "EachSequential":
      return {
        ...common,
        values: valuesOf(reader, "value"),
        concurrent: 1,
        tasksInParallel: false,
      };
    case "EachParallel":
      return {
        ...common,
        values: valuesOf(reader, "value"),
        concurrent: readWhole(reader, "concurrent", 0) ?? 0,
        tasksInParallel: true,
      };
    case "ForEach":
      return {
        ...common,
        values: valuesOf(reader, "values"),
        concurrent: readWhole(reader, "concurrencyLimit", 0) ?? 1,
        tasksInParallel: false,
      };
    case "Loop":
      return {
        ...common,
        values: valuesOf(reader, "values"),
        concurrent: readWhole(reader, "concurrencyLimit", 0) ?? 0,
        tasksInParallel: false,
        loop: { transmitFailed: readFlag(reader, "transmitFailed", true) },
      };
  }
}

function valuesOf(reader: ValueReader, key: string): Sourced<unknown> {
  const value = entryOf(reader, key)?.value;
  if (value === undefined) return { value: [], source: reader.map.source };
  if (value.kind === "scalar" && typeof value.value !== "string") {
    complain(reader, key, value, "a list, a map or a text that comes to one");
  }
  return { value: toPlain(value), source: value.source };
}
