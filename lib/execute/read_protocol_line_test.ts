import { deepEqual, equal } from "node:assert/strict";
import { readProtocolLine } from "./read_protocol_line.ts";

Deno.test("readProtocolLine() reads outputs, metrics and logs", () => {
  deepEqual(
    readProtocolLine(
      '::{"outputs":{"a":1},"metrics":[{"name":"n","type":"counter","value":2}],"logs":[{"message":"m"}]}::',
    ),
    {
      kind: "protocol",
      outputs: { a: 1 },
      metrics: [{ name: "n", type: "counter", value: 2 }],
      logs: [{ level: "INFO", message: "m" }],
    },
  );
});

Deno.test.each([
  { name: "ordinary text", line: "hello", kind: "text" },
  { name: "text before the mark", line: 'x ::{"outputs":{}}::', kind: "text" },
  { name: "no JSON", line: "::{outputs}::", kind: "bad" },
  { name: "outputs that are no map", line: '::{"outputs":[1]}::', kind: "bad" },
  { name: "an unknown key", line: '::{"assets":{}}::', kind: "protocol" },
  { name: "a carriage return at the end", line: '::{"outputs":{}}::\r', kind: "protocol" },
])("readProtocolLine() takes $name as $kind", ({ line, kind }) => {
  equal(readProtocolLine(line).kind, kind);
});
