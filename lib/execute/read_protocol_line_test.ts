import { deepEqual, equal, match } from "node:assert/strict";
import { readProtocolLine } from "./read_protocol_line.ts";

const NOTHING = {
  kind: "protocol",
  outputs: {},
  metrics: [],
  logs: [],
  faults: [],
  hasAssets: false,
};

Deno.test("readProtocolLine() reads outputs, metrics and logs", () => {
  deepEqual(
    readProtocolLine(
      '::{"outputs":{"a":1},"metrics":[{"name":"n","type":"counter","value":2}],"logs":[{"message":"m"}]}::',
    ),
    {
      ...NOTHING,
      outputs: { a: 1 },
      metrics: [{ name: "n", type: "counter", value: 2 }],
      logs: [{ level: "INFO", message: "m" }],
    },
  );
});

Deno.test.each([
  { name: "ordinary text", line: "hello", kind: "text" },
  { name: "text before the mark", line: 'x ::{"outputs":{}}::', kind: "text" },
  { name: "white space before the mark", line: ' ::{"outputs":{}}::', kind: "text" },
  { name: "no end", line: '::{"outputs":{}}', kind: "text" },
  { name: "text after the end", line: '::{"outputs":{}}:: x', kind: "text" },
  { name: "no JSON", line: "::{outputs}::", kind: "bad" },
  { name: "outputs that are no map", line: '::{"outputs":[1]}::', kind: "bad" },
  { name: "metrics that are no list", line: '::{"metrics":{}}::', kind: "bad" },
  { name: "two in one line", line: '::{"outputs":{}}::::{"outputs":{}}::', kind: "bad" },
  { name: "501 levels", line: `::{"a":${"[".repeat(501)}${"]".repeat(501)}}::`, kind: "bad" },
  { name: "400 levels", line: `::{"a":${"[".repeat(400)}${"]".repeat(400)}}::`, kind: "protocol" },
  { name: "an unknown key", line: '::{"more":{}}::', kind: "protocol" },
  { name: "nothing", line: "::{}::", kind: "protocol" },
  { name: "nulls", line: '::{"outputs":null,"metrics":null,"logs":null}::', kind: "protocol" },
  { name: "a carriage return at the end", line: '::{"outputs":{}}::\r', kind: "protocol" },
  { name: "a marker among text", line: "x ##kestra:log:debug##", kind: "text" },
  { name: "a marker of no level", line: "##kestra:log:loud##", kind: "text" },
  { name: "a marker", line: "##kestra:log:debug##", kind: "level" },
])("readProtocolLine() takes $name as $kind", ({ line, kind }) => {
  equal(readProtocolLine(line).kind, kind);
});

Deno.test.each([
  { metric: { type: "counter", value: 2 }, is: 2 },
  { metric: { type: "gauge", value: -0.5 }, is: -0.5 },
  { metric: { type: "timer", value: 1.5 }, is: 1.5 },
  { metric: { type: "timer", value: "PT1M2.5S" }, is: 62.5 },
])("readProtocolLine() reads $metric.type $metric.value", ({ metric, is }) => {
  deepEqual(readProtocolLine(`::${JSON.stringify({ metrics: [{ name: "n", ...metric }] })}::`), {
    ...NOTHING,
    metrics: [{ name: "n", type: metric.type, value: is }],
  });
});

Deno.test("readProtocolLine() takes tags as texts, and null as none", () => {
  const metric = { name: "n", type: "counter", value: 1 };
  const read = readProtocolLine(
    `::${
      JSON.stringify({
        metrics: [{ ...metric, tags: { a: "b", c: 1, d: true } }, { ...metric, tags: null }],
      })
    }::`,
  );
  deepEqual(read, {
    ...NOTHING,
    metrics: [{ ...metric, tags: { a: "b", c: "1", d: "true" } }, metric],
  });
});

Deno.test.each([
  { metric: { name: "n", type: "histogram", value: 1 }, fact: /^metrics\[1\]\.type: / },
  { metric: { name: "n", type: "counter", value: "1" }, fact: /^metrics\[1\]\.value: / },
  { metric: { name: "n", type: "counter", value: "PT1S" }, fact: /^metrics\[1\]\.value: / },
  { metric: { name: "n", type: "timer", value: "1s" }, fact: /^metrics\[1\]\.value: / },
  { metric: { type: "counter", value: 1 }, fact: /^metrics\[1\]\.name: / },
  { metric: { name: "n", type: "counter", value: 1, tags: { a: {} } }, fact: /\.tags\.a: / },
  { metric: null, fact: /^metrics\[1\]: / },
])("readProtocolLine() loses none beside metric $metric", ({ metric, fact }) => {
  const good = { name: "good", type: "counter", value: 1 };
  const body = { outputs: { a: 1 }, metrics: [good, metric, good] };
  const read = readProtocolLine(`::${JSON.stringify(body)}::`);
  if (read.kind !== "protocol") throw new Error(read.kind);
  deepEqual(read.metrics, [good, good]);
  deepEqual(read.outputs, { a: 1 });
  equal(read.faults.length, 1);
  match(read.faults[0]!, fact);
});

Deno.test("readProtocolLine() knows the levels of Kestra and of Python's logging", () => {
  const levels = ["TRACE", "debug", "INFO", "WARNING", "warn", "ERROR", "CRITICAL", undefined, "x"];
  const logs = levels.map((level) => ({ level, message: "m" }));
  const read = readProtocolLine(`::${JSON.stringify({ logs: [...logs, { level: "INFO" }] })}::`);
  if (read.kind !== "protocol") throw new Error(read.kind);
  deepEqual(
    read.logs.map((it) => it.level),
    ["TRACE", "DEBUG", "INFO", "WARN", "WARN", "ERROR", "ERROR", "INFO", "INFO"],
  );
  equal(read.faults.length, 2);
  match(read.faults[0]!, /^logs\[8\]\.level: there is no level "x"$/);
  match(read.faults[1]!, /^logs\[9\]\.message: /);
});
