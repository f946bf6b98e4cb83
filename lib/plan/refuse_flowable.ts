import { type KnownClass, TASK_PROPERTIES } from "../catalog/classes.ts";
import type { Flow, HostFacts, Refusal, Task } from "../model/mod.ts";
import { unsupportedKey } from "./refusals.ts";
import { inputFilesOf } from "./script/input_files_of.ts";
import { namespaceFilesOf } from "./script/namespace_files_of.ts";
import { outputFilesOf } from "./script/output_files_of.ts";
import type { TaskReader } from "./script/task_reader.ts";

type FlowableClass = Extract<KnownClass, { readonly kind: "flowable" }>;

/** Why a flowable may not run for what it says itself: its tasks have verdicts of their own. */
export function refuseFlowable(
  task: Task,
  { properties }: FlowableClass,
  flow: Pick<Flow, "namespace">,
  host: Pick<HostFacts, "namespaceFiles">,
): Refusal | undefined {
  const odd = unsupportedKey(task, [...TASK_PROPERTIES, ...properties]);
  if (odd !== undefined || !properties.includes("inputFiles")) return odd;
  // What lies in a shared workspace is held to what holds for a script's own.
  const reader: TaskReader = { task, refusals: [] };
  inputFilesOf(reader, undefined);
  namespaceFilesOf(reader, flow, host);
  outputFilesOf(reader);
  return reader.refusals[0];
}
