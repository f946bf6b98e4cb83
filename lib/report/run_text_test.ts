import { deepEqual, equal } from "node:assert/strict";
import type { Event } from "../model/mod.ts";
import { type Detail, runText } from "./run_text.ts";
import { sampleEvents } from "./sample_events.ts";
import { makeStyle } from "./style.ts";

function told(events: readonly Event[], detail: Detail = "all"): string {
  const tell = runText(
    new Map([["p.yaml", "deny:\n  - /etc\n"]]),
    makeStyle(false),
    detail,
  );
  return events.map(tell).join("");
}

const because = {
  effect: "deny",
  rule: "a rule",
  source: { file: "p.yaml", line: 2, column: 5 },
} as const;

Deno.test("runText() sets tasks of a flowable below it, with the values of loops", () => {
  const { begin, plan, start, log, finish, end } = sampleEvents();
  const text = told([
    begin(),
    plan("each", { class: "ForEach", kind: "flowable" }),
    start("each"),
    ...["a", "b"].flatMap((value, iteration) => [
      plan(`seq:${value}`, { class: "Sequential", kind: "flowable" }),
      start(`seq:${value}`, { parent: "each", value, iteration }),
      plan(`log:${value}`),
      start(`log:${value}`, { parent: `seq:${value}` }),
      log(`log:${value}`, `hello ${value}\nagain`),
      finish(`log:${value}`),
      finish(`seq:${value}`),
    ]),
    finish("each"),
    end("SUCCESS", { outputs: { n: 2 } }),
  ]);
  equal(
    text,
    `a.b/f  ex1
▸ each  ForEach, flowable, spawn denied
  ▸ seq[a]  Sequential, flowable, spawn denied
    ▸ log  io.kestra.plugin.core.log.Log, in-process, spawn denied
        INFO  hello a
        INFO  again
      SUCCESS 10 ms
    seq[a] │ SUCCESS 10 ms
  ▸ seq[b]  Sequential, flowable, spawn denied
    ▸ log  io.kestra.plugin.core.log.Log, in-process, spawn denied
        INFO  hello b
        INFO  again
      SUCCESS 10 ms
    seq[b] │ SUCCESS 10 ms
  each │ SUCCESS 10 ms

summary
  each     SUCCESS 10 ms
    seq    2 × SUCCESS at most 10 ms
      log  2 × SUCCESS at most 10 ms
  output n = 2
SUCCESS after 50 ms
`,
  );
});

Deno.test("runText() says whose a line is when several task runs go on", () => {
  const { begin, start, log, finish } = sampleEvents();
  const lines = told([
    begin(),
    start("par"),
    start("x", { parent: "par" }),
    log("x", "alone"),
    start("y", { parent: "par" }),
    log("x", "from x"),
    log("y", "from y"),
    finish("x"),
    log("y", "alone again"),
  ]).split("\n").slice(2).map((it) => it.trim());
  deepEqual(lines, [
    "▸ x",
    "INFO  alone",
    "▸ y",
    "x │ INFO  from x",
    "y │ INFO  from y",
    "x │ SUCCESS 10 ms",
    "INFO  alone again",
    "",
  ]);
});

Deno.test("runText() tells retries, pauses, what was resumed and what was mocked", () => {
  const { begin, plan, start, is, finish, end } = sampleEvents();
  const text = told([
    begin({ resumed: true }),
    plan("old"),
    finish("old", "SUCCESS", { resumed: true, elapsedMs: 0 }),
    start("flaky"),
    is("flaky", { type: "task.retrying", error: "no\nluck", afterMs: 1500 }),
    is("flaky", { type: "task.started", attempt: 2 }),
    finish("flaky", "WARNING", { attempt: 2 }),
    start("wait"),
    is("wait", { type: "task.paused", untilMs: Date.parse("2026-01-02T03:05:05.020Z") }),
    finish("wait"),
    start("person"),
    is("person", { type: "task.paused" }),
    finish("person", "SUCCESS", { mocked: true }),
    end("FAILED", { error: "no output" }),
  ]);
  for (
    const line of [
      "a.b/f  ex1  resumed",
      "  SUCCESS 0 ms  resumed",
      "    retry attempt 1 failed, the next one begins in 1.5 s: no luck",
      "▸ flaky  attempt 2",
      "    paused for 1 min 00 s",
      "    paused until somebody lets it go on",
      "  SUCCESS 10 ms  mocked",
      "  old     SUCCESS 0 ms, resumed",
      "  person  SUCCESS 10 ms, mocked",
      "FAILED  after 40 ms  no output",
    ]
  ) equal(text.split("\n").includes(line), true, `${line}\n\n${text}`);
});

Deno.test("runText() of a subflow stands below the task run that started it", () => {
  const outer = sampleEvents();
  const inner = sampleEvents(undefined, "ex2");
  const text = told([
    outer.begin(),
    outer.start("sub"),
    inner.begin({ parent: { execution: "ex1", taskRun: "sub" } }),
    inner.start("log"),
    inner.finish("log"),
    inner.end(),
    outer.finish("sub"),
    outer.end(),
  ]);
  deepEqual(text.split("\n").filter((it) => it.includes("log")), [
    "  ▸ log",
    "    log  SUCCESS 10 ms",
  ]);
  equal(text.match(/^summary$/gm)?.length, 1);
});

Deno.test("runText() of faults names the task of a denial, and tells nothing that went well", () => {
  const { begin, start, log, is, finish, end } = sampleEvents();
  const events = [
    begin(),
    start("t"),
    log("t", "hello"),
    is("t", { type: "task.denied", permission: "read", value: "/etc", layer: "deno", because }),
    finish("t", "FAILED", { error: "NotCapable" }),
    end("FAILED"),
  ];
  equal(
    told(events, "faults"),
    `t │ denied read "/etc" by layer deno: a rule
  at p.yaml:2:5
   2 |   - /etc
     |     ^

summary
  t  FAILED  10 ms
FAILED  after 10 ms
`,
  );
  equal(told(events, "lines").includes("t │ FAILED  10 ms  NotCapable"), true);
});

Deno.test("runText() lets no text drive the terminal", () => {
  const { begin, start, log, is, finish, end } = sampleEvents();
  const evil = "\x1b[2J\u202e\x9b1m";
  const text = told([
    begin(),
    start("t", { value: evil }),
    log("t", evil),
    is("t", { type: "task.retrying", error: evil, afterMs: 1 }),
    is("t", { type: "task.output", name: evil, value: evil }),
    finish("t", "FAILED", { error: evil }),
    end("FAILED", { outputs: { [evil]: evil }, error: evil }),
  ]);
  // deno-lint-ignore no-control-regex
  equal(/[\x1b\x9b\u202e]/.test(text), false);
  equal(text.split("\\u{1b}[2J").length > 5, true, "all of it was told");
});

Deno.test("runText() remembers no run that has ended: 10,000 of a task are one line", () => {
  const { begin, start, finish, end } = sampleEvents();
  const runs = Array.from({ length: 10_000 }, (_, i) => `log:${i}`);
  const tell = runText(new Map(), makeStyle(false));
  [begin(), start("each")].forEach(tell);
  for (const run of runs) [start(run, { parent: "each" }), finish(run)].forEach(tell);
  [finish("each")].forEach(tell);
  equal(tell(end()).split("\n").filter((it) => it.includes("log")).length, 1);
});
