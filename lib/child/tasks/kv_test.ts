import { deepEqual, equal, throws } from "node:assert/strict";
import { kvDelete, kvGet, kvGetKeys, kvPurge, kvSet } from "./kv.ts";
import { sampleContext } from "./sample_context.ts";

const INSTANT = "2024-01-02T03:04:05Z";

/** Kestra's types of values, each with a text that is one and a text that is none. */
Deno.test.each<{ type?: string; text: string; kept: unknown; wrong?: string }>([
  { text: "1", kept: "1" },
  { type: "STRING", text: "true", kept: "true" },
  { type: "NUMBER", text: "-1.5e3", kept: -1500, wrong: "one" },
  { type: "NUMBER", text: "0", kept: 0, wrong: " " },
  { type: "BOOLEAN", text: "TRUE", kept: true },
  { type: "BOOLEAN", text: "yes", kept: false },
  { type: "DATETIME", text: INSTANT, kept: INSTANT, wrong: "2024-01-02" },
  { type: "DATE", text: "2024-01-02", kept: "2024-01-02", wrong: "2024-13-02" },
  { type: "DATE", text: INSTANT, kept: INSTANT, wrong: "today" },
  { type: "DURATION", text: "PT5M", kept: "PT5M", wrong: "5m" },
  { type: "JSON", text: '{"a": [1]}', kept: { a: [1] }, wrong: "{a" },
  { type: "json", text: "null", kept: null, wrong: "" },
])("kv.Set: a value of type $type", ({ type, text, kept, wrong }) => {
  const { context, ask, keys } = sampleContext();
  const task = { key: "k", ...type && { kvType: type } };
  equal(kvSet({ ...task, value: text }, context, ask), undefined);
  deepEqual(keys.get("k"), kept);
  if (wrong === undefined) return;
  throws(() => kvSet({ ...task, value: wrong }, context, ask), /^TaskFailure: Cannot set a/);
});

Deno.test("kv.Set: how long, where, and whether over another value is asked for", () => {
  const { context, ask, asked } = sampleContext();
  kvSet({ key: "k", value: "v" }, context, ask);
  kvSet(
    { key: "l", value: { a: 1 }, ttl: "PT1M", overwrite: "false", namespace: "a" },
    context,
    ask,
  );
  deepEqual(asked, [
    { about: "kv", do: "set", key: "k", value: "v", overwrite: true },
    {
      about: "kv",
      do: "set",
      key: "l",
      value: { a: 1 },
      overwrite: false,
      ttlMs: 60_000,
      namespace: "a",
    },
  ]);
  throws(() => kvSet({ key: "k", value: "v", ttl: "1m" }, context, ask), /Cannot use ttl "1m"/);
  throws(() => kvSet({ key: "k" }, context, ask), /the task has no "value"/);
  throws(() => kvSet({ value: "v" }, context, ask), /the task has no "key"/);
  throws(() => kvSet({ key: "k", value: "v", kvType: "X" }, context, ask), /"kvType" "X"/);
});

Deno.test("kv.Get, kv.Delete: what is not there is null, or an error where that is asked", () => {
  const { context, ask, keys } = sampleContext();
  keys.set("k", { n: 1 });
  deepEqual(kvGet({ key: "k" }, context, ask), { value: { n: 1 } });
  deepEqual(kvGet({ key: "no" }, context, ask), { value: null });
  const strict = { key: "no", errorOnMissing: true };
  throws(() => kvGet(strict, context, ask), /Cannot find key "no": the flow's namespace has/);
  deepEqual(kvDelete({ key: "k" }, context, ask), { deleted: true });
  deepEqual(kvDelete({ key: "k" }, context, ask), { deleted: false });
  throws(() => kvDelete({ ...strict, namespace: "a" }, context, ask), /namespace "a" has no value/);
});

Deno.test("kv.GetKeys, kv.PurgeKV: by their beginning, and by a pattern", () => {
  const { context, ask, keys } = sampleContext();
  for (const it of ["ai_1", "ai_2", "b.1"]) keys.set(it, it);
  deepEqual(kvGetKeys({}, context, ask), { keys: ["ai_1", "ai_2", "b.1"] });
  deepEqual(kvGetKeys({ prefix: "ai" }, context, ask), { keys: ["ai_1", "ai_2"] });
  deepEqual(kvPurge({ keyPattern: "ai*" }, context, ask), { size: 0 }, "expired ones only");
  equal(keys.size, 3);
  throws(() => kvPurge({ namespaces: ["c"] }, context, ask), /keys of other namespaces/);
  const all = { namespaces: ["a.b"], behavior: { type: "key", expiredOnly: false } };
  deepEqual(kvPurge({ ...all, keyPattern: "ai_?" }, context, ask), { size: 2 });
  deepEqual(kvPurge({ keyPattern: "b_1", expiredOnly: false }, context, ask), { size: 0 });
  deepEqual([...keys.keys()], ["b.1"]);
  throws(() => kvPurge({ behavior: { type: "version" } }, context, ask), /the type "key"/);
});
