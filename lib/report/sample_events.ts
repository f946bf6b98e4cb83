import type { Event, EventBody, LogLevel, State } from "../model/mod.ts";

type More<T extends EventBody["type"]> = Partial<Extract<EventBody, { type: T }>>;

/** Makes events as a run of `a.b/f` would, for tests: each so many milliseconds after the one before. */
export function sampleEvents(startMs = Date.parse("2026-01-02T03:04:05.000Z"), execution = "ex1") {
  let nowMs = startMs;
  const make = (afterMs: number, body: object): Event => {
    nowMs += afterMs;
    // Of a moment that is no more than some days away: a test needs no other calendar.
    const at = isoOf(nowMs - startMs);
    return { v: 1, at, execution, flow: "a.b/f", ...body } as Event;
  };
  const head = (run: string) => ({ task: run.split(":")[0]!, taskRun: run, attempt: 1 });
  return {
    begin: (more: More<"execution.started"> = {}) =>
      make(0, { type: "execution.started", inputs: {}, policy: "sha256:0", ...more }),
    /** @param run `task` or `task:more`; the task's id is in front. */
    plan: (run: string, more: More<"task.planned"> = {}) =>
      make(0, {
        ...head(run),
        type: "task.planned",
        class: "io.kestra.plugin.core.log.Log",
        kind: "in-process",
        spawn: "denied",
        argv: ["deno"],
        because: [],
        ...more,
      }),
    start: (run: string, more: More<"task.started"> = {}, afterMs = 0) =>
      make(afterMs, { ...head(run), type: "task.started", ...more }),
    log: (run: string, message: string, level: LogLevel = "INFO") =>
      make(0, { ...head(run), type: "task.log", level, message }),
    is: (run: string, body: object, afterMs = 0) => make(afterMs, { ...head(run), ...body }),
    finish: (
      run: string,
      state: State = "SUCCESS",
      more: More<"task.finished"> = {},
      afterMs = 10,
    ) =>
      make(afterMs, {
        ...head(run),
        type: "task.finished",
        state,
        outputs: {},
        elapsedMs: afterMs,
        ...more,
      }),
    end: (state: State = "SUCCESS", more: More<"execution.finished"> = {}) =>
      make(0, { type: "execution.finished", state, elapsedMs: nowMs - startMs, ...more }),
  };
}

/** 2026-01-02T03:04:05Z and so many milliseconds. */
function isoOf(afterMs: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const s = 5 + Math.floor(afterMs / 1000);
  const m = 4 + Math.floor(s / 60);
  return `2026-01-02T${two(3 + m / 60)}:${two(m % 60)}:${two(s % 60)}.${
    String(afterMs % 1000).padStart(3, "0")
  }Z`;
}
