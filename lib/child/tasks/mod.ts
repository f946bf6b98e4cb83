import type { Ask } from "../ask.ts";
import type { Context } from "../context.ts";
import { assert } from "./assert.ts";
import { fail } from "./fail.ts";
import { httpDownload } from "./http/http_download.ts";
import { httpRequest } from "./http/http_request.ts";
import { kvDelete, kvGet, kvGetKeys, kvPurge, kvSet } from "./kv.ts";
import { labels } from "./labels.ts";
import { echo, log } from "./log.ts";
import { logFetch } from "./log_fetch.ts";
import { sleep } from "./sleep.ts";
import { stateDelete, stateGet, stateSet } from "./state.ts";
import { storageConcat, storageDelete, storageSize, storageWrite } from "./storage/files.ts";
import { deduplicateItems, filterItems } from "./storage/items.ts";
import { localFiles } from "./storage/local_files.ts";
import { storageReverse } from "./storage/reverse.ts";
import { storageSplit } from "./storage/split.ts";

/** A task's properties, rendered but for those of {@linkcode RENDER_THEMSELVES}. */
export type Properties = Readonly<Record<string, unknown>>;

/** A class that is part of bulkhead. */
export type BuiltIn = (task: Properties, context: Context, ask: Ask) => unknown;

/** The classes that are part of bulkhead, by name. */
export const BUILT_INS: ReadonlyMap<string, BuiltIn> = new Map<string, BuiltIn>([
  ["io.kestra.plugin.core.log.Log", log],
  ["io.kestra.plugin.core.log.Fetch", logFetch],
  ["io.kestra.plugin.core.debug.Return", ({ format }) => ({ value: format ?? null })],
  ["io.kestra.plugin.core.debug.Echo", echo],
  ["io.kestra.plugin.core.output.OutputValues", ({ values }) => ({ values: values ?? {} })],
  ["io.kestra.plugin.core.execution.Assert", assert],
  ["io.kestra.plugin.core.execution.Fail", fail],
  ["io.kestra.plugin.core.execution.Labels", labels],
  ["io.kestra.plugin.core.flow.Sleep", sleep],
  ["io.kestra.plugin.core.http.Request", httpRequest],
  ["io.kestra.plugin.core.http.Download", httpDownload],
  ["io.kestra.plugin.core.kv.Set", kvSet],
  ["io.kestra.plugin.core.kv.Get", kvGet],
  ["io.kestra.plugin.core.kv.Delete", kvDelete],
  ["io.kestra.plugin.core.kv.GetKeys", kvGetKeys],
  ["io.kestra.plugin.core.kv.PurgeKV", kvPurge],
  ["io.kestra.plugin.core.state.Set", stateSet],
  ["io.kestra.plugin.core.state.Get", stateGet],
  ["io.kestra.plugin.core.state.Delete", stateDelete],
  ["io.kestra.plugin.core.storage.Write", storageWrite],
  ["io.kestra.plugin.core.storage.Concat", storageConcat],
  ["io.kestra.plugin.core.storage.Size", storageSize],
  ["io.kestra.plugin.core.storage.Delete", storageDelete],
  ["io.kestra.plugin.core.storage.DeduplicateItems", deduplicateItems],
  ["io.kestra.plugin.core.storage.FilterItems", filterItems],
  ["io.kestra.plugin.core.storage.LocalFiles", localFiles],
  ["io.kestra.plugin.core.storage.Reverse", storageReverse],
  ["io.kestra.plugin.core.storage.Split", storageSplit],
]);

/** Those of them that take their properties as they are written. */
export const RENDER_THEMSELVES: ReadonlySet<string> = new Set([
  "io.kestra.plugin.core.execution.Assert",
  "io.kestra.plugin.core.storage.DeduplicateItems",
  "io.kestra.plugin.core.storage.FilterItems",
]);
