import type { State } from "../model/mod.ts";
import { cutToWidth, displayWidth } from "./display_width.ts";
import { durationText, wholeSeconds } from "./duration_text.ts";
import { printable } from "./printable.ts";
import { type Doing, endedWell, goesOn, type RunNode, type RunTree } from "./run_tree.ts";
import type { Style } from "./style.ts";

/** What a tree is drawn on. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

/** One line: what it says, before it is cut and coloured. */
interface Line {
  readonly depth: number;
  readonly text: string;
  readonly doing?: Doing;
  readonly aside?: string;
}

/** Names are set flush up to here. */
const MAX_NAME = 48;

/**
 * The tree of task runs, to be drawn on a screen.
 *
 * Where it does not fit, only those that go on or went badly are shown, and how many the others
 * are; where that does not fit either, those that go on first.
 *
 * @param nowMs Milliseconds since 1970.
 * @returns At most `rows - 1` lines of at most `columns - 1` columns; the last one counts.
 */
export function treeLines(
  tree: RunTree,
  { columns, rows }: Screen,
  nowMs: number,
  startedMs: number,
  style: Style,
): readonly string[] {
  const room = Math.max(1, rows - 1);
  const width = Math.max(1, columns - 1);
  const lines = room === 1 ? [] : fitting(tree.top, room - 1, nowMs);
  const names = lines.map((it) => nameOf(it));
  const flush = Math.min(
    MAX_NAME,
    Math.max(0, ...names.filter((_, i) => lines[i]!.doing !== undefined).map(displayWidth)),
  );
  const shown = lines.map((it, i) => drawn(it, names[i]!, flush, width, style));
  return [...shown, style.dim(cutToWidth(statusOf(tree, nowMs - startedMs), width))];
}

/** The fullest of several views that has room. */
function fitting(top: RunNode, room: number, nowMs: number): readonly Line[] {
  const views: readonly ((node: RunNode) => boolean)[] = [
    () => true,
    (it) => !endedWell(it),
    goesOn,
  ];
  let lines: Line[] = [];
  for (const keep of views) {
    lines = [...linesOf(top, 0, keep, nowMs, room + 1)];
    if (lines.length <= room) return lines;
  }
  if (room === 1) return [{ depth: 0, text: "…" }];
  return [...lines.slice(0, room - 1), { depth: 0, text: "… more that do not fit" }];
}

/** @param most No more are looked for. */
function* linesOf(
  node: RunNode,
  depth: number,
  keep: (node: RunNode) => boolean,
  nowMs: number,
  most: number,
): Generator<Line> {
  const counts = new Map(node.folded);
  let made = 0;
  for (const it of node.inner) {
    if (!keep(it)) {
      const state = it.doing as State;
      counts.set(state, (counts.get(state) ?? 0) + 1);
      continue;
    }
    if (made >= most) return;
    yield lineOf(it, depth, nowMs);
    made++;
    for (const line of linesOf(it, depth + 1, keep, nowMs, most)) {
      yield line;
      made++;
    }
  }
  if (counts.size > 0) yield { depth, text: `… ${countsText(counts)}` };
}

function lineOf(node: RunNode, depth: number, nowMs: number): Line {
  const { label, elapsedMs, sinceMs, dueMs } = node;
  // An attempt begins when it is due, also where nothing is said of it.
  const isDue = node.doing === "retrying" && dueMs !== undefined && dueMs <= nowMs;
  const doing = isDue ? "running" : node.doing;
  const attempt = isDue ? node.attempt + 1 : node.attempt;
  const took = elapsedMs === undefined ? wholeSeconds(nowMs - sinceMs) : durationText(elapsedMs);
  const again = attempt > 1 ? `, attempt ${attempt}` : "";
  const text = printable(label).replace(/\s/g, " ");
  return { depth, text, doing, aside: `${took}${again}` };
}

const MARKS: Readonly<Record<Doing, string>> = {
  running: "▸",
  retrying: "↻",
  paused: "∥",
  SUCCESS: "✓",
  WARNING: "!",
  FAILED: "✗",
  KILLED: "✗",
  CANCELLED: "✗",
  SKIPPED: "-",
};

function nameOf({ depth, text, doing }: Line): string {
  return `${"  ".repeat(depth)}${doing === undefined ? "" : `${MARKS[doing]} `}${text}`;
}

function drawn(
  { doing, aside = "" }: Line,
  name: string,
  flush: number,
  width: number,
  style: Style,
): string {
  if (doing === undefined) return style.dim(cutToWidth(name, width));
  const word = doing.padEnd(8);
  const rest = `${word} ${aside}`;
  // The state is worth more than the end of a name.
  const space = Math.max(Math.min(8, width), Math.min(flush, width - displayWidth(rest) - 2));
  const cut = cutToWidth(name, space);
  const padded = cut + " ".repeat(Math.max(0, space - displayWidth(cut)));
  const left = Math.max(0, width - displayWidth(padded) - 2);
  const state = cutToWidth(word, left);
  const more = cutToWidth(` ${aside}`, Math.max(0, left - displayWidth(word)));
  if (left === 0) return tint(doing, style)(padded);
  return `${tint(doing, style)(padded)}  ${tint(doing, style)(state)}${style.dim(more)}`;
}

function tint(doing: Doing, style: Style): (text: string) => string {
  if (doing === "SUCCESS") return style.green;
  if (doing === "FAILED" || doing === "KILLED" || doing === "CANCELLED") return style.red;
  if (doing === "running") return style.bold;
  return doing === "SKIPPED" ? style.dim : style.yellow;
}

function statusOf(tree: RunTree, elapsedMs: number): string {
  const running = tree.running();
  const ended = countsText(tree.ended);
  return [`${running} running`, ...(ended === "" ? [] : [ended]), wholeSeconds(elapsedMs)]
    .join(" · ");
}

function countsText(counts: ReadonlyMap<State, number>): string {
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}
