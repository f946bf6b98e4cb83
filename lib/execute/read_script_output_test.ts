import { deepEqual, equal, match } from "node:assert/strict";
import { readScriptOutput } from "./read_script_output.ts";
import { MAX_RECORD_BYTES } from "./split_lines.ts";

function read(lines: readonly (string | readonly ["stderr", string])[], secrets: string[] = []) {
  const logs: string[] = [];
  const metrics: string[] = [];
  const output = readScriptOutput({
    onLog: (level, message) => logs.push(`${level} ${message}`),
    onMetric: (it) => metrics.push(`${it.name} ${it.value}`),
  }, secrets);
  for (const it of lines) {
    const [from, text] = typeof it === "string" ? ["stdout", it] as const : it;
    output.onLine(from, { kind: "text", text });
  }
  return { logs, metrics, vars: output.vars(), output };
}

Deno.test("readScriptOutput() merges outputs of both streams, the last of each name", () => {
  const { vars, logs } = read([
    '::{"outputs":{"a":{"x":1},"b":1}}::',
    ["stderr", '::{"outputs":{"a":{"y":2}}}::'],
    '::{"outputs":{"__proto__":"p","c":null}}::',
  ]);
  deepEqual(Object.entries(vars), [["a", { y: 2 }], ["b", 1], ["__proto__", "p"], ["c", null]]);
  deepEqual(logs, []);
});

Deno.test("readScriptOutput() tells what it cannot read, and goes on", () => {
  const { logs, metrics, vars } = read([
    "::{no}::",
    '::{"metrics":[{"name":"n"},{"name":"m","type":"counter","value":1}],"outputs":{"a":1}}::',
    '::{"assets":{"a":1}}::',
    '::{"assets":{"b":1}}::',
  ]);
  match(logs[0]!, /^WARN Invalid outputs "::\{no\}::": /);
  match(logs[1]!, /^WARN Invalid outputs: metrics\[0\]\./);
  match(logs[2]!, /^WARN Assets are not kept/);
  equal(logs.length, 3);
  deepEqual(metrics, ["m 1"]);
  deepEqual(vars, { a: 1 });
});

Deno.test("readScriptOutput() has for each stream the level that it was switched to", () => {
  const { logs } = read([
    "out",
    ["stderr", "err"],
    "##kestra:log:debug##",
    "out",
    ["stderr", "err"],
    ["stderr", "##kestra:log:warn##"],
    ["stderr", "err"],
    '::{"logs":[{"level":"ERROR","message":"own"}]}::',
    "##kestra:log:info##",
    "out",
  ]);
  deepEqual(logs, [
    "INFO out",
    "ERROR err",
    "DEBUG out",
    "ERROR err",
    "WARN err",
    "ERROR own",
    "INFO out",
  ]);
});

Deno.test("readScriptOutput() keeps outputs up to their limit, and says once that there were more", () => {
  const half = "x".repeat(MAX_RECORD_BYTES / 2);
  const line = (name: string) => `::${JSON.stringify({ outputs: { [name]: half } })}::`;
  const replaced = read([line("a"), line("a"), line("a"), '::{"outputs":{"b":1}}::']);
  deepEqual(Object.keys(replaced.vars), ["a", "b"]);
  deepEqual(replaced.logs, []);
  const more = read([line("a"), line("b"), line("c"), '::{"outputs":{"d":1}}::']);
  deepEqual(Object.keys(more.vars), ["a", "d"]);
  equal(more.logs.length, 1);
  match(more.logs[0]!, /^WARN Cannot keep an output: .* 8388608 characters/);
});

Deno.test("readScriptOutput() says so of a protocol line that was too long", () => {
  const { logs, output } = read([]);
  output.onLine("stdout", { kind: "text", text: '::{"outputs":{"a":"', missing: 9 });
  output.onLine("stdout", { kind: "text", text: "long text", missing: 9 });
  deepEqual(logs, [
    "WARN Cannot take outputs from a line that is longer than 8388608 bytes",
    "INFO long text… (the rest of this line was left out)",
  ]);
});

Deno.test("readScriptOutput() shows no half of a secret where a line was cut", () => {
  const { logs, output } = read([], ["s3cret-value"]);
  output.onLine("stdout", { kind: "text", text: "it is s3cret-v", missing: 9 });
  deepEqual(logs, ["INFO it is … (the rest of this line was left out)"]);
});
