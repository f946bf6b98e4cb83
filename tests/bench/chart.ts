import { type Circumstances, isMoreBetter, type Result, type Row } from "./comparison.ts";
import { figure } from "./comparison_text.ts";

const WIDTH = 960;
const MARGIN = 24;
/** Where bars begin: names stand to the left of it. */
const LEFT = 340;
/** Where the longest whisker ends at most: figures stand to the right of it. */
const RIGHT = WIDTH - 150;
const ROW = 26;
const BAR = 14;
const HEAD = 62;
const FOOT = 40;
const GAP = 26;

/** Where values of one contest stand. */
interface Scale {
  readonly isLogarithmic: boolean;
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

/**
 * A chart of the results: bars of medians with whiskers to what one in twenty is worse than.
 *
 * Each contest has an axis of its own. It begins at zero, unless some bars are so much shorter than
 * others that nobody could read them: then it is logarithmic, and says so. The same results give the same bytes.
 *
 * @param results Those without rows are left out, and those that are not to be charted, unless no
 * other is there.
 * @returns An SVG document that needs nothing else: no font, no script, no style sheet.
 */
export function chart(results: readonly Result[], { date, machine }: Circumstances): string {
  const all = results.filter((it) => it.rows.length > 0);
  const charted = all.filter((it) => it.charted);
  const held = charted.length > 0 ? charted : all;
  const title = "bulkhead and others, measured side by side";
  let top = MARGIN + 50;
  const panels: string[] = [];
  for (const it of held) {
    panels.push(panel(it, top));
    top += HEAD + it.rows.length * ROW + FOOT + GAP - 26;
  }
  const height = Math.max(top, MARGIN + 60) + 4;
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13">
<title id="title">${escape(title)}</title>
<desc id="desc">${escape(describe(held, { date, machine }))}</desc>
<style>
  .page { fill: #ffffff; stroke: #d0d7de; }
  text { fill: #1f2328; }
  .soft { fill: #59636e; }
  .grid { stroke: #e3e7eb; }
  .ours { fill: #0969da; }
  .other { fill: #8c959f; }
  .whisker { stroke: #1f2328; stroke-width: 1.5; fill: none; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; }
    text { fill: #f0f6fc; }
    .soft { fill: #9198a1; }
    .grid { stroke: #262c34; }
    .ours { fill: #4493f8; }
    .other { fill: #6e7681; }
    .whisker { stroke: #f0f6fc; }
  }
</style>
<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>
<text x="${MARGIN}" y="${MARGIN + 14}" font-size="18" font-weight="600">${escape(title)}</text>
<text class="soft" x="${MARGIN}" y="${MARGIN + 34}">${escape(`${date}, ${machine}`)}</text>
<rect class="ours" x="${WIDTH - MARGIN - 176}" y="${MARGIN + 3}" width="12" height="12"/>
<text x="${WIDTH - MARGIN - 158}" y="${MARGIN + 14}">bulkhead</text>
<rect class="other" x="${WIDTH - MARGIN - 86}" y="${MARGIN + 3}" width="12" height="12"/>
<text x="${WIDTH - MARGIN - 68}" y="${MARGIN + 14}">others</text>
${panels.join("")}</svg>
`;
}

function panel({ title, unit, rounds, rows }: Result, top: number): string {
  const scale = scaleOf(rows);
  const [first, last] = [top + HEAD - 12, top + HEAD - 12 + rows.length * ROW];
  const better = isMoreBetter(unit) ? "longer is better" : "shorter is better";
  const note = `${unit}, ${better}; median of ${rounds} ${
    rounds === 1 ? "round" : "rounds"
  }, whisker to the ${isMoreBetter(unit) ? "5th" : "95th"} percentile${
    scale.isLogarithmic ? "; logarithmic" : ""
  }`;
  const grid = scale.ticks.map((it) => {
    const x = round(scale.at(it));
    return `<line class="grid" x1="${x}" y1="${first}" x2="${x}" y2="${last + 4}"/>
<text class="soft" x="${x}" y="${last + 19}" text-anchor="middle" font-size="11">${
      it.toLocaleString("en-US")
    }</text>
`;
  }).join("");
  const bars = rows.map((it, i) => bar(it, scale, first + i * ROW + ROW / 2)).join("");
  return `<g>
<text x="${MARGIN}" y="${top + 22}" font-size="15" font-weight="600">${escape(title)}</text>
<text class="soft" x="${MARGIN}" y="${top + 40}" font-size="12">${escape(note)}</text>
${grid}${bars}</g>
`;
}

function bar({ name, side, median, worst, ratio }: Row, { at }: Scale, y: number): string {
  const [end, whisker] = [round(at(median)), round(at(worst))];
  const label = `${figure(median)} (${ratio.toFixed(2)}×)`;
  return `<text x="${LEFT - 10}" y="${y + 4.5}" text-anchor="end"${
    side === "ours" ? ' font-weight="600"' : ""
  }>${escape(name)}</text>
<rect class="${side}" x="${LEFT}" y="${y - BAR / 2}" width="${round(end - LEFT)}" height="${BAR}"/>
<path class="whisker" d="M${end} ${y}H${whisker}M${whisker} ${y - 4}V${y + 4}"/>
<text x="${Math.max(end, whisker) + 8}" y="${y + 4.5}">${escape(label)}</text>
`;
}

const STEPS = [1, 2, 5];
/** How many times longer than the shortest bar the longest may be, before the axis is logarithmic. */
const LINEAR_UP_TO = 8;

function scaleOf(rows: readonly Row[]): Scale {
  const all = rows.flatMap(({ median, worst }) => [median, worst]);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return most / least > LINEAR_UP_TO ? logarithmic(least, most) : linear(most);
}

function linear(most: number): Scale {
  const step = marksAround(most / 8, most / 2).find((it) => it >= most / 6)!;
  const steps = Math.ceil(most / step);
  return {
    isLogarithmic: false,
    ticks: Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(6))),
    at: (value) => LEFT + value / (steps * step) * (RIGHT - LEFT),
  };
}

function logarithmic(least: number, most: number): Scale {
  const marks = marksAround(least, most);
  // The shortest bar is seen too: it begins at half of its length or less.
  const low = marks.findLast((it) => it <= least / 2)!;
  const high = marks.find((it) => it >= most)!;
  const span = Math.log(high / low);
  return {
    isLogarithmic: true,
    ticks: marks.filter((it) => it >= low && it <= high),
    at: (value) => LEFT + Math.log(value / low) / span * (RIGHT - LEFT),
  };
}

/** Round numbers, from below a tenth of `least` to above `most`. */
function marksAround(least: number, most: number): readonly number[] {
  const [from, to] = [Math.floor(Math.log10(least)) - 1, Math.ceil(Math.log10(most))];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
    // As text: 5 * 10 ** -1 is not quite 0.5 everywhere.
    .flatMap((power) => STEPS.map((it) => Number(`${it}e${power}`)));
}

/** The same in words, for whoever does not see it. */
function describe(results: readonly Result[], { date, machine }: Circumstances): string {
  const lists = results.map(({ title, unit, rows }) =>
    `${title}: ${rows.map((it) => `${it.name} ${figure(it.median)} ${unit}`).join(", ")}.`
  );
  return `Medians, measured on ${date}, ${machine}. ${lists.join(" ")}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (it) => ESCAPES[it]!);
}
