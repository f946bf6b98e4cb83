import { deepEqual, throws } from "node:assert/strict";
import { labels } from "./labels.ts";
import { logFetch } from "./log_fetch.ts";
import { echo } from "./log.ts";
import { sampleContext } from "./sample_context.ts";

Deno.test.each<{ name: string; given: unknown; set: object }>([
  { name: "a map", given: { a: "1", b: 2, c: true }, set: { a: "1", b: "2", c: "true" } },
  { name: "a list", given: [{ key: "a", value: 1 }, { key: "a", value: 2 }], set: { a: "2" } },
  { name: "the JSON of a map", given: '{"a": {"b": 1}}', set: { a: '{"b":1}' } },
])("Labels: $name", ({ given, set }) => {
  const sample = sampleContext();
  labels({ labels: given }, sample.context, sample.ask);
  deepEqual(Object.fromEntries(sample.labels), set);
});

Deno.test.each([
  { given: undefined },
  { given: "a" },
  { given: [{ key: "a" }] },
  { given: [null] },
  { given: 1 },
])("Labels: $given is refused", ({ given }) => {
  const sample = sampleContext();
  throws(() => labels({ labels: given }, sample.context, sample.ask), { name: "TaskFailure" });
});

Deno.test("log.Fetch: lines are stored as JSON, and another execution's are refused", () => {
  const { context, ask, text, asked } = sampleContext();
  const { uri, size } = logFetch(
    { level: "warn", tasksId: ["a"], executionId: "e" },
    context,
    ask,
  ) as {
    uri: string;
    size: number;
  };
  deepEqual(asked[0], { about: "logs", do: "fetch", level: "WARN", tasks: ["a"] });
  deepEqual(size, 1);
  deepEqual(JSON.parse(text(uri)), {
    executionId: "e",
    flowId: "f",
    namespace: "a.b",
    timestamp: "t",
    level: "INFO",
    taskId: "a",
    message: "hello",
  });
  throws(() => logFetch({ executionId: "x" }, context, ask), /of executionId "x"/);
  throws(() => logFetch({ namespace: "x" }, context, ask), /of namespace "x"/);
});

Deno.test("Echo: it logs its format at its level", () => {
  const { context, ask, logs } = sampleContext();
  echo({ format: "hello" }, context, ask);
  echo({ format: "bad", level: "ERROR" }, context, ask);
  deepEqual(logs, ["INFO hello", "ERROR bad"]);
});
