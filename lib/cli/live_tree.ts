import type { Event } from "../model/mod.ts";
import { printable } from "../report/printable.ts";
import { runText } from "../report/run_text.ts";
import { runTree } from "../report/run_tree.ts";
import type { Style } from "../report/style.ts";
import type { Texts } from "../report/render_diagnostics.ts";
import { type Screen, treeLines } from "../report/tree_lines.ts";
import { displayWidth } from "../report/display_width.ts";

/** What a live tree draws on. Tests give their own; `terminal()` gives the real one. */
export interface LiveTerminal {
  write(text: string): void;
  size(): Screen;
  /** Calls when the size has changed, until what it returns is called. */
  onResize(call: () => void): () => void;
  /** Calls once after so many milliseconds, unless what it returns is called; keeps nothing alive. */
  after(ms: number, call: () => void): () => void;
  /** Calls when the process ends in the middle of it all, until what it returns is called. */
  onExit(call: () => void): () => void;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A run as it goes, on a terminal. Disposing of it leaves the screen as a shell expects it. */
export interface LiveTree extends Disposable {
  see(event: Event): void;
}

/** At most ten pictures a second. */
const LEAST_MS = 100;
/** Running times are told in whole seconds. */
const TICK_MS = 1000;
/** So much text waits for the next picture, and no more. */
const MAX_WAITING = 64 * 1024;

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
/** Lines that are too wide for all that are cut by the terminal, not continued on the next. */
const CUT_LINES = "\x1b[?7l";
const WRAP_LINES = "\x1b[?7h";
/** What is between them is shown at once, by terminals that know it. */
const BEGIN = "\x1b[?2026h";
const END = "\x1b[?2026l";

/** Whether what a run does can be drawn in place: stdout is a terminal that moves its cursor. */
export function canDraw(env: Readonly<Record<string, string | undefined>>): boolean {
  const { TERM = "" } = env;
  return TERM !== "" && TERM !== "dumb" && Deno.stdout.isTerminal();
}

/** The real terminal. */
export function terminal(write: (text: string) => void): LiveTerminal {
  return {
    write,
    size() {
      try {
        const { columns, rows } = Deno.consoleSize();
        // A terminal that nobody has given a size says 0.
        return { columns: columns || 80, rows: rows || 24 };
      } catch {
        return { columns: 80, rows: 24 };
      }
    },
    onResize(call) {
      Deno.addSignalListener("SIGWINCH", call);
      return () => Deno.removeSignalListener("SIGWINCH", call);
    },
    after(ms, call) {
      const timer = setTimeout(call, ms);
      Deno.unrefTimer(timer);
      return () => clearTimeout(timer);
    },
    onExit(call) {
      addEventListener("unload", call);
      return () => removeEventListener("unload", call);
    },
    now: () => Date.now(),
  };
}

/**
 * Draws the tree of task runs in place, below what tasks say; at the end a summary is there instead.
 *
 * What tasks say is written once, in whole lines, and stays. Only the tree is drawn over: no more of it
 * than fits the screen, and not at all while it would be the same.
 */
export function liveTree(on: LiveTerminal, texts: Texts, style: Style): LiveTree {
  const tree = runTree();
  const tell = runText(texts, style, "lines");
  const startedMs = on.now();
  /** Of the tree on the screen. */
  let drawn: readonly string[] = [];
  let above = "";
  let isDirty = false;
  let drawnAtMs = -Infinity;
  let stopTimer: (() => void) | undefined;
  let isOver = false;

  /** To the beginning of the tree, with everything from there gone. */
  const erase = () => {
    if (drawn.length === 0) return "\r\x1b[J";
    const { columns } = on.size();
    // A terminal that has become narrower may have broken the lines of before.
    const rows = drawn.reduce((sum, it) => sum + Math.max(1, Math.ceil(widthOf(it) / columns)), 0);
    return `\r\x1b[${rows}A\x1b[J`;
  };
  const draw = () => {
    stopTimer?.();
    stopTimer = undefined;
    if (isOver) return;
    isDirty = false;
    drawnAtMs = on.now();
    const lines = treeLines(tree, on.size(), drawnAtMs, startedMs, style);
    if (above !== "" || lines.length !== drawn.length || lines.some((it, i) => it !== drawn[i])) {
      const picture = lines.map((it) => `${it}\n`).join("");
      const drawing = `${erase()}${above}${CUT_LINES}${picture}${WRAP_LINES}`;
      on.write(`${BEGIN}${HIDE_CURSOR}${drawing}${END}`);
      above = "";
      drawn = lines;
    }
    if (tree.running() > 0) wait(TICK_MS);
  };
  const wait = (ms: number) => {
    stopTimer?.();
    stopTimer = on.after(ms, draw);
  };
  const soon = () => {
    if (isDirty || isOver) return;
    isDirty = true;
    wait(Math.max(0, LEAST_MS - (on.now() - drawnAtMs)));
  };
  /** Writes what waits, without a tree below it. */
  const flush = () => {
    on.write(`${erase()}${above}`);
    above = "";
    drawn = [];
  };
  const finish = () => {
    if (isOver) return;
    isOver = true;
    stopTimer?.();
    stopResize();
    stopExit();
    on.write(`${erase()}${above}${WRAP_LINES}${SHOW_CURSOR}`);
  };
  const stopResize = on.onResize(soon);
  const stopExit = on.onExit(finish);
  return {
    see(event) {
      tree.see(event);
      above += tell(event);
      const isEnd = event.type === "execution.finished" && tree.running() === 0;
      if (isEnd) finish();
      else if (above.length > MAX_WAITING) flush();
      soon();
    },
    [Symbol.dispose]: finish,
  };
}

/** Of a line with the colours that are in it. */
function widthOf(line: string): number {
  // deno-lint-ignore no-control-regex
  return displayWidth(printable(line.replace(/\x1b\[\d+m/g, "")));
}
