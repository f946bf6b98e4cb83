import type { Context } from "../context.ts";
import { fail } from "./fail.ts";
import { httpRequest } from "./http_request.ts";
import { log } from "./log.ts";
import { sleep } from "./sleep.ts";

/** A task's properties, rendered. */
export type Properties = Readonly<Record<string, unknown>>;

/** A class that is part of bulkhead. */
export type BuiltIn = (task: Properties, context: Context) => unknown;

/** The classes that are part of bulkhead, by name. */
export const BUILT_INS: ReadonlyMap<string, BuiltIn> = new Map<string, BuiltIn>([
  ["io.kestra.plugin.core.log.Log", log],
  ["io.kestra.plugin.core.debug.Return", ({ format }) => ({ value: format ?? null })],
  ["io.kestra.plugin.core.output.OutputValues", ({ values }) => ({ values: values ?? {} })],
  ["io.kestra.plugin.core.execution.Fail", fail],
  ["io.kestra.plugin.core.flow.Sleep", sleep],
  ["io.kestra.plugin.core.http.Request", httpRequest],
]);
