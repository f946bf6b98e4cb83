import { deepEqual, equal, ok } from "node:assert/strict";
import { type LiveTerminal, liveTree } from "../../lib/cli/live_tree.ts";
import type { Event } from "../../lib/model/mod.ts";
import { displayWidth } from "../../lib/report/display_width.ts";
import { sampleEvents } from "../../lib/report/sample_events.ts";
import { makeStyle } from "../../lib/report/style.ts";
import { makeScreen } from "./screen.ts";

const START_MS = Date.parse("2026-01-02T03:04:05.000Z");

/** A live tree on a terminal whose clock a test moves. */
function makeLive(columns: number, rows: number, colour = false) {
  const screen = makeScreen(columns, rows);
  let size = { columns, rows };
  let nowMs = START_MS;
  let writes = 0;
  let raw = "";
  let timer: { readonly atMs: number; readonly call: () => void } | undefined;
  let resized = () => {};
  let exited = () => {};
  const on: LiveTerminal = {
    write(text) {
      writes++;
      raw += text;
      screen.write(text.replaceAll("\n", "\r\n"));
    },
    size: () => size,
    onResize: (call) => {
      resized = call;
      return () => resized = () => {};
    },
    onExit: (call) => {
      exited = call;
      return () => exited = () => {};
    },
    after(ms, call) {
      const own = { atMs: nowMs + ms, call };
      timer = own;
      return () => {
        if (timer === own) timer = undefined;
      };
    },
    now: () => nowMs,
  };
  const tree = liveTree(on, new Map(), makeStyle(colour));
  return {
    screen,
    tree,
    writes: () => writes,
    raw: () => raw,
    waits: () => timer !== undefined,
    exit: () => exited(),
    see: (...events: readonly Event[]) => events.forEach((it) => tree.see(it)),
    /** Lets time pass, and what waits for it happen. */
    pass(ms: number) {
      const untilMs = nowMs + ms;
      while (timer !== undefined && timer.atMs <= untilMs) {
        const { atMs, call } = timer;
        timer = undefined;
        nowMs = atMs;
        call();
      }
      nowMs = untilMs;
    },
    resize(to: number, high: number) {
      size = { columns: to, rows: high };
      screen.resize(to, high);
      resized();
    },
  };
}

Deno.test("live tree: flowables and their children, with states and times, drawn in place", () => {
  const live = makeLive(60, 12);
  const { begin, start, log, finish, end } = sampleEvents();
  live.see(begin(), start("each"), start("a:1", { parent: "each", value: "one" }));
  live.pass(2000);
  deepEqual(live.screen.seen(), [
    "a.b/f  ex1",
    "▸ each      running  2 s",
    "  ▸ a[one]  running  2 s",
    "1 running · 2 s".replace("1", "2"),
  ]);
  equal(live.screen.cursor.visible, false);
  live.see(log("a:1", "hello"), finish("a:1", "FAILED", { error: "oh" }, 2000));
  live.pass(100);
  deepEqual(live.screen.seen(), [
    "a.b/f  ex1",
    "a[one] │ INFO  hello",
    "a[one] │ FAILED  2000 ms  oh",
    "▸ each      running  2 s",
    "  ✗ a[one]  FAILED   2.0 s",
    "1 running · 1 FAILED · 2 s",
  ]);
  live.see(finish("each", "FAILED", {}, 0), end("FAILED"));
  live.tree[Symbol.dispose]();
  deepEqual(live.screen.seen(), [
    "a.b/f  ex1",
    "a[one] │ INFO  hello",
    "a[one] │ FAILED  2000 ms  oh",
    "",
    "summary",
    "  each  FAILED  0 ms",
    "    a   FAILED  2000 ms",
    "FAILED  after 2000 ms",
  ]);
  deepEqual(live.screen.cursor, { visible: true, row: 8, column: 0 });
  equal(live.screen.wraps(), true);
  equal(live.waits(), false);
});

Deno.test("live tree: at most ten pictures a second, and none while nothing changes", () => {
  const live = makeLive(60, 12);
  const { begin, start, log, finish } = sampleEvents();
  live.see(begin(), start("a"));
  live.pass(1000);
  const before = live.writes();
  for (let i = 0; i < 1000; i++) {
    live.see(log("a", `line ${i}`));
    live.pass(1);
  }
  const drawn = live.writes() - before;
  ok(drawn >= 5 && drawn <= 11, `${drawn} pictures in a second`);
  live.see(finish("a"));
  live.pass(1000);
  const idle = live.writes();
  live.pass(60_000);
  equal(live.writes(), idle);
  equal(live.waits(), false);
});

Deno.test("live tree: every log line is there once, however it is drawn over", () => {
  const live = makeLive(40, 8);
  const { begin, start, log, finish, end } = sampleEvents();
  live.see(begin(), start("each"));
  const lines: string[] = [];
  for (let i = 0; i < 500; i++) {
    live.see(start(`t:${i}`, { parent: "each" }));
    const text = `line-${i}-${"x".repeat(i % 90)}`;
    lines.push(text);
    live.see(log(`t:${i}`, text), finish(`t:${i}`));
    live.pass(i % 7 === 0 ? 150 : 20);
    if (i % 50 === 0) live.resize(30 + i % 40, 5 + i % 9);
  }
  live.see(finish("each"), end());
  live.tree[Symbol.dispose]();
  const said = live.raw();
  for (const it of lines) equal(said.split(`${it}\n`).length, 2, it);
  equal(said.match(/^summary$/gm)?.length, 1);
  // The screen of somebody who resizes is theirs; of what stays on it, nothing is the tree's.
  equal(live.screen.seen().some((it) => it.includes("running")), false);
});

Deno.test("live tree: never more than the screen, whatever its size and however many runs there are", () => {
  for (const [columns, rows] of [[1, 1], [2, 2], [10, 3], [20, 4], [80, 24], [200, 60]] as const) {
    const live = makeLive(columns, rows, true);
    const { begin, start, finish } = sampleEvents();
    live.see(begin());
    live.pass(200);
    live.see(start("each"));
    for (let i = 0; i < 3000; i++) {
      live.see(start(`日本語のタスク名:${i}`, { parent: "each", value: "é\u0301👍\x1b[2J\n値" }));
      if (i % 3 !== 0) {
        live.see(finish(`日本語のタスク名:${i}`, i % 100 === 1 ? "FAILED" : "SUCCESS"));
      }
    }
    live.pass(5000);
    const pictures = live.raw().split("\x1b[?7l").slice(1)
      .map((it) => it.split("\x1b[?7h")[0]!);
    ok(pictures.length > 0);
    for (const picture of pictures) {
      // deno-lint-ignore no-control-regex
      const lines = picture.replace(/\x1b\[\d+m/g, "").split("\n").slice(0, -1);
      ok(lines.length <= Math.max(1, rows - 1), `${lines.length} lines on ${rows} rows`);
      for (const it of lines) {
        // deno-lint-ignore no-control-regex
        equal(/[\x00-\x1f\x7f-\x9f]/.test(it), false, JSON.stringify(it));
        ok(displayWidth(it) <= Math.max(1, columns - 1), `${JSON.stringify(it)} on ${columns}`);
      }
    }
    live.tree[Symbol.dispose]();
  }
});

Deno.test("live tree: where it does not fit, what goes on and what failed is shown, the rest counted", () => {
  const live = makeLive(60, 12);
  const { begin, start, finish } = sampleEvents();
  live.see(begin(), start("each"));
  for (let i = 0; i < 1000; i++) {
    live.see(start(`t:${i}`, { parent: "each", value: String(i) }));
    if (i !== 500 && i !== 999) {
      live.see(finish(`t:${i}`, i === 10 ? "FAILED" : "SUCCESS", i === 10 ? { error: "x" } : {}));
    }
  }
  live.pass(100);
  const tree = live.screen.seen().slice(2).map((it) => it.replace(/\s+\d+ (?:m?s)$/, ""));
  deepEqual(tree, [
    "▸ each      running",
    "  ✗ t[10]   FAILED",
    "  ▸ t[500]  running",
    "  ▸ t[999]  running",
    "  … 997 SUCCESS",
    "3 running · 997 SUCCESS, 1 FAILED · 0 s".replace(/ · 0 s$/, " ·"),
  ]);
});

Deno.test("live tree: a process that ends in the middle shows the cursor again", () => {
  const live = makeLive(60, 12);
  const { begin, start } = sampleEvents();
  live.see(begin(), start("a"));
  live.pass(100);
  live.exit();
  deepEqual(live.screen.seen(), ["a.b/f  ex1"]);
  deepEqual(live.screen.cursor, { visible: true, row: 1, column: 0 });
  live.tree[Symbol.dispose]();
  equal(live.raw().split("\x1b[?25h").length, 2, "once");
});
