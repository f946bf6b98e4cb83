import { displayWidth } from "../../lib/report/display_width.ts";

/** A terminal as somebody sees it. */
export interface Screen {
  /** Takes what a program writes. */
  write(text: string): void;
  resize(columns: number, rows: number): void;
  /** What can be seen, without blanks at the ends of lines and without empty lines at the end. */
  seen(): readonly string[];
  /** The lines that have left at the top, and those that can be seen. */
  all(): readonly string[];
  readonly cursor: { readonly visible: boolean; readonly row: number; readonly column: number };
  /** Whether lines that are too long go on in the next one. */
  readonly wraps: () => boolean;
}

// deno-lint-ignore no-control-regex
const ESCAPE = /^\x1b\[(\??)([\d;]*)([A-Za-z])/;

/**
 * A small terminal: letters that take one, two or no columns, wrapping, scrolling, and the sequences that
 * a live tree is allowed to use. Anything else is an error.
 */
export function makeScreen(columns: number, rows: number): Screen {
  let lines: string[][] = [[]];
  const scrolled: string[] = [];
  let row = 0;
  let column = 0;
  let visible = true;
  let wraps = true;
  const text = (cells: readonly string[]) =>
    Array.from(cells, (it) => it ?? " ").join("").trimEnd();
  const down = () => {
    row++;
    lines[row] ??= [];
    while (lines.length > rows) {
      scrolled.push(text(lines.shift()!));
      row--;
    }
  };
  const put = (letter: string) => {
    const width = displayWidth(letter);
    if (width === 0) return;
    if (column + width > columns) {
      if (!wraps) return;
      column = 0;
      down();
    }
    const line = lines[row]!;
    line[column] = letter;
    if (width === 2) line[column + 1] = "";
    column += width;
  };
  const obey = (mark: string, numbers: string, letter: string) => {
    const count = Number(numbers === "" ? 1 : numbers);
    const what = `${mark}${mark === "" ? "" : numbers}${letter}`;
    if (what === "?25l" || what === "?25h") visible = letter === "h";
    else if (what === "?7l" || what === "?7h") wraps = letter === "h";
    else if (what === "A") row = Math.max(0, row - count);
    else if (what === "G") column = count - 1;
    else if (what === "K") lines[row] = numbers === "2" ? [] : lines[row]!.slice(0, column);
    else if (what === "J") {
      lines = lines.slice(0, row + 1);
      lines[row] = lines[row]!.slice(0, column);
    } else if (what !== "m" && !what.startsWith("?2026")) throw new Error(`unknown: ${what}`);
  };
  return {
    write(said) {
      for (let rest = said; rest !== "";) {
        const escape = ESCAPE.exec(rest);
        if (escape !== null) {
          obey(escape[1]!, escape[2]!, escape[3]!);
          rest = rest.slice(escape[0].length);
          continue;
        }
        const letter = String.fromCodePoint(rest.codePointAt(0)!);
        rest = rest.slice(letter.length);
        if (letter === "\r") column = 0;
        else if (letter === "\n") down();
        else if (letter === "\t") column = Math.min(columns - 1, (Math.floor(column / 8) + 1) * 8);
        else if (letter < " ") throw new Error(`unknown: ${JSON.stringify(letter)}`);
        else put(letter);
      }
    },
    resize(to, high) {
      columns = to;
      rows = high;
    },
    seen() {
      const shown = lines.map(text);
      while (shown.at(-1) === "") shown.pop();
      return shown;
    },
    all() {
      return [...scrolled, ...this.seen()];
    },
    get cursor() {
      return { visible, row, column };
    },
    wraps: () => wraps,
  };
}
