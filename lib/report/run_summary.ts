import type { Event, State } from "../model/mod.ts";
import type { OpenRun } from "./follow_runs.ts";
import { printable } from "./printable.ts";
import { stateText } from "./state_text.ts";
import type { Style } from "./style.ts";

/** What became of the task runs of one task, in all rounds. */
interface Row {
  readonly task: string;
  readonly counts: Map<State, number>;
  /** Of the longest. */
  longestMs: number;
  /** Present while there was one run only. */
  note?: string;
  readonly inner: Map<string, Row>;
}

/** What a run came to, in a line for each task however often that ran. */
export interface RunSummary {
  /** A run is there: its row is put in its place. */
  begin(run: OpenRun): void;
  finish(run: OpenRun, event: Extract<Event, { type: "task.finished" }>): void;
  text(end: Extract<Event, { type: "execution.finished" }>): string;
}

/** @returns A summary to which runs are added; it grows with the flow's tasks, not with their runs. */
export function runSummary(style: Style): RunSummary {
  const top = new Map<string, Row>();
  const rowOf = (path: readonly string[]): Row => {
    let rows = top;
    let row: Row | undefined;
    for (const task of path) {
      row = rows.get(task);
      if (row === undefined) {
        row = { task, counts: new Map(), longestMs: 0, inner: new Map() };
        rows.set(task, row);
      }
      rows = row.inner;
    }
    return row!;
  };
  return {
    begin: (run) => void rowOf(run.path),
    finish({ path }, { state, elapsedMs, resumed, mocked }) {
      const row = rowOf(path);
      const note = resumed ? "resumed" : mocked ? "mocked" : undefined;
      if (row.counts.size === 0 && note !== undefined) row.note = note;
      else if (row.note !== note) delete row.note;
      row.counts.set(state, (row.counts.get(state) ?? 0) + 1);
      row.longestMs = Math.max(row.longestMs, elapsedMs);
    },
    text({ state, elapsedMs, outputs, error }) {
      const rows = [...flat(top, 0)];
      const name = ({ row, depth }: Shown) => "  ".repeat(depth) + printable(row.task);
      const width = Math.max(0, ...rows.map((it) => name(it).length));
      const lines = rows.map((it) => `  ${name(it).padEnd(width)}  ${went(it.row, style)}\n`);
      const given = Object.entries(outputs ?? {}).map(([key, value]) =>
        `  ${style.dim("output")} ${printable(key)} = ${shortValue(value)}\n`
      );
      const why = error === undefined ? "" : `  ${printable(error).replace(/\n/g, "\n  ")}`;
      return `\n${style.bold("summary")}\n${lines.join("")}${given.join("")}${
        stateText(state, style)
      } after ${elapsedMs} ms${why}\n`;
    },
  };
}

interface Shown {
  readonly row: Row;
  readonly depth: number;
}

function* flat(rows: ReadonlyMap<string, Row>, depth: number): Generator<Shown> {
  for (const row of rows.values()) {
    yield { row, depth };
    yield* flat(row.inner, depth + 1);
  }
}

function went({ counts, longestMs, note }: Row, style: Style): string {
  const runs = [...counts.values()].reduce((sum, it) => sum + it, 0);
  if (runs === 0) return style.dim("did not end");
  const aside = note === undefined ? "" : `, ${note}`;
  if (runs === 1) {
    return `${stateText([...counts.keys()][0]!, style)} ${style.dim(`${longestMs} ms${aside}`)}`;
  }
  const parts = [...counts].map(([state, count]) => `${count} × ${stateText(state, style).trim()}`);
  return `${parts.join(", ")} ${style.dim(`at most ${longestMs} ms${aside}`)}`;
}

/** A value as JSON, cut where it is long. */
export function shortValue(value: unknown): string {
  const text = printable(JSON.stringify(value) ?? "null");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
