import { markdownTable } from "../markdown_table.ts";
import type { Markers } from "../marked_text.ts";
import { type Circumstances, isMoreBetter, type Result, type Row } from "./comparison.ts";

/** Where the README has the short table. */
export const BENCH: Markers = {
  begin: "<!-- bench: made from a run, see tests/bench/compare_bench.ts -->",
  end: "<!-- bench end -->",
};

/** Three digits, as many as the figures are good for: `7.43`, `74.3`, `743`, `7,430`. */
export function figure(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** The whole page: a table for each contest, and what was left out. */
export function comparisonPage(
  results: readonly Result[],
  { date, machine }: Circumstances,
): string {
  const sections = results.map(({ title, unit, aboutHead, rounds, rows, leftOut }) => {
    const worst = isMoreBetter(unit) ? "p5" : "p95";
    const head = ["", `median ${unit}`, `${worst} ${unit}`, "ratio", aboutHead];
    const body = rows.map((it) => [
      it.name,
      figure(it.median),
      figure(it.worst),
      it.ratio.toFixed(2),
      it.about,
    ]);
    const missing = leftOut.map(({ name, reason }) => `- ${name}: ${reason}\n`).join("");
    const note = isMoreBetter(unit) ? "; more is better" : "";
    return `## ${title}\n\n` +
      (rows.length === 0
        ? ""
        : `${rounds} ${rounds === 1 ? "round" : "rounds"}${note}.\n\n${
          markdownTable([head, ...body])
        }\n`) +
      (missing === "" ? "" : `Left out:\n\n${missing}\n`);
  });
  return `# Measured side by side

Measured on ${date}: ${machine}.

One of each in every round, in an order of its own; medians, what one round in twenty is worse than,
and the ratio to the first row: of each round its own, and of those the median.
\`deno task bench\` writes this page and compare.svg anew.

![The same as a chart](compare.svg)

${sections.join("")}`;
}

/** What the README shows: the contest about one task, and where the rest is. */
export function shortTable(results: readonly Result[], { date, machine }: Circumstances): string {
  const [first] = results;
  if (first === undefined || first.rows.length === 0) throw new RangeError("nothing was measured");
  const line = ({ name, median, ratio, about }: Row) => [
    name,
    figure(median),
    ratio.toFixed(2),
    about,
  ];
  const head = ["", `median ${first.unit}`, "ratio", first.aboutHead];
  const missing = first.leftOut.map((it) => it.name).join(", ");
  return `![One task, many tasks, memory, and the start of the binary, as a chart](tests/bench/results/compare.svg)

${markdownTable([head, ...first.rows.map(line)])}
${first.rounds} rounds on ${date}, ${machine}.${
    missing === "" ? "" : ` Left out: ${missing}.`
  } All figures: [compare.md](tests/bench/results/compare.md).
`;
}
