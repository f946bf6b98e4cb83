import { deepEqual, equal, ok } from "node:assert/strict";
import type { Event } from "../../model/mod.ts";
import { sampleEvents } from "../sample_events.ts";
import { collectReport, type ReportRun } from "./collect_report.ts";
import { LIMITS } from "./limits.ts";
import { reportPage } from "./page.ts";

const FACTS = { at: "2026-01-02T03:04:06.000Z", texts: new Map(), version: "0" };

function collect(events: Iterable<Event>) {
  const { data, see } = collectReport([]);
  for (const it of events) see(it);
  return data;
}

function count(node: ReportRun): number {
  const folded = [...node.folded.values()].flatMap((it) => [...it.values()]);
  return node.inner.reduce((sum, it) => sum + 1 + count(it), 0) +
    folded.reduce((sum, it) => sum + it, 0);
}

Deno.test("collectReport() keeps what runs waited, tried and paused apart", () => {
  const { begin, plan, start, is, finish } = sampleEvents();
  const { top } = collect([
    begin(),
    plan("t"),
    start("t", {}, 5),
    is("t", { type: "task.retrying", afterMs: 100 }, 10),
    is("t", { type: "task.log", level: "INFO", message: "again" }, 150),
    is("t", { type: "task.paused" }, 10),
    finish("t", "SUCCESS", { elapsedMs: 230 }, 50),
  ]);
  const [run] = top.inner;
  const startMs = run!.spans[0]!.fromMs;
  deepEqual(
    run!.spans.map((it) => [it.what, it.fromMs - startMs, it.toMs! - startMs]),
    [
      ["waiting", 0, 5],
      ["waiting", 5, 10],
      ["running", 10, 20],
      ["retrying", 20, 120],
      ["running", 120, 180],
      ["paused", 180, 230],
    ].map(([what, from, to]) => [what, from, to]),
  );
  equal(run!.attempts, 2);
});

Deno.test("collectReport() keeps a bounded part of many task runs, and loses the count of none", () => {
  const { begin, start, log, is, finish, end } = sampleEvents();
  const data = collect((function* () {
    yield begin();
    for (let outer = 0; outer < 20; outer++) {
      yield start(`each:${outer}`, { iteration: outer });
      for (let i = 0; i < 500; i++) {
        const run = `t:${outer}-${i}`;
        yield start(run, { parent: `each:${outer}`, value: String(i) });
        yield log(run, "x".repeat(500), i % 100 === 0 ? "WARN" : "INFO");
        yield is(run, { type: "task.metric", metric: { name: "m", type: "counter", value: 1 } });
        yield is(run, {
          type: "task.denied",
          permission: "read",
          layer: "deno",
          because: { effect: "", rule: "", source: "built-in" },
        });
        yield finish(run, i === 499 ? "FAILED" : "SUCCESS", {
          outputs: { text: "y".repeat(LIMITS.output * 2) },
        });
      }
      yield finish(`each:${outer}`, "FAILED");
    }
    yield end("FAILED");
  })());
  equal(count(data.top), 20 + 20 * 500);
  const kept = 20 + 20 * 500 - data.foldedRuns;
  ok(kept >= LIMITS.runs && kept <= LIMITS.runs + LIMITS.badRuns + 20, `${kept} are kept`);
  equal(data.logs.total(), 10_000);
  const lines = data.logs.kept();
  ok(lines.reduce((sum, it) => sum + it.text.length, 0) <= LIMITS.logTexts);
  equal(lines.at(-1)!.index, 9999);
  equal(lines[0]!.index, 0);
  equal(data.metrics.length, LIMITS.metrics);
  equal(data.denials.length, LIMITS.denials);
  equal(data.denied, 10_000);
  ok(data.outputsLeftOut > 0);
  const page = reportPage(data, FACTS);
  ok(page.length < 4_000_000, `${page.length} characters`);
  for (
    const said of [
      `${10_000 - LIMITS.denials} more are left out`,
      `${10_000 - LIMITS.metrics} more are left out`,
      `${data.outputsLeftOut} more task runs are left out`,
      `${data.foldedRuns} more task runs are counted`,
      `${10_000 - lines.length} of 10000 lines are left out`,
    ]
  ) ok(page.includes(said), said);
});

Deno.test("collectReport() of a subflow holds its runs in the task run that started it", () => {
  const outer = sampleEvents();
  const inner = sampleEvents(undefined, "ex2");
  const { top, end, execution } = collect([
    outer.begin(),
    outer.start("sub"),
    inner.begin({ parent: { execution: "ex1", taskRun: "sub" } }),
    inner.start("t"),
    inner.finish("t"),
    inner.end("FAILED"),
    outer.finish("sub"),
    outer.end("WARNING"),
  ]);
  deepEqual(top.inner.map((it) => [it.task, it.inner.map(({ task }) => task)]), [["sub", ["t"]]]);
  equal(end?.state, "WARNING");
  equal(execution?.execution, "ex1");
});

Deno.test("reportPage() of what never began, and of what was cut off, says so", () => {
  const { begin, start, end } = sampleEvents();
  ok(
    reportPage(collect([end("CANCELLED", { error: "its concurrency" })]), FACTS)
      .includes("its concurrency"),
  );
  const cut = reportPage(collect([begin(), start("t")]), FACTS);
  ok(cut.includes("before the execution had ended"));
  ok(cut.includes('<span class="state ">RUNNING</span>'), cut.slice(-2000));
});

Deno.test("reportPage() shows no value of an input that is a secret", () => {
  const { begin } = sampleEvents();
  const flow = {
    file: "f.yaml",
    id: "f",
    namespace: "a.b",
    labels: {},
    inputs: [{ id: "token", type: "SECRET" }, { id: "plain", type: "STRING" }],
  };
  const { data, see } = collectReport([{ flow, tasks: [], diagnostics: [] } as never]);
  see(begin({ inputs: { token: "hunter2", plain: "seen" } }));
  const page = reportPage(data, FACTS);
  equal(page.includes("hunter2"), false);
  equal(page.includes("plain: seen"), true);
});
