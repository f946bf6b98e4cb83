import { equal, ok, throws } from "node:assert/strict";
import { withMarkedText } from "../marked_text.ts";
import type { Result } from "./comparison.ts";
import { BENCH, comparisonPage, figure, shortTable } from "./comparison_text.ts";

const WHEN = { date: "2026-01-02", machine: "2 cores" };

const RESULT: Result = {
  title: "One task",
  unit: "ms",
  aboutHead: "what it keeps out",
  charted: true,
  rounds: 40,
  rows: [
    { name: "deno run", about: "little", side: "other", median: 13, worst: 16.21, ratio: 1 },
    { name: "bulkhead", about: "all", side: "ours", median: 14.04, worst: 17, ratio: 1.084 },
  ],
  leftOut: [{ id: "x", name: "firejail + Deno", reason: "not installed: `apt-get …`" }],
};

Deno.test("figure() gives three digits", () => {
  const said = [7.432, 74.32, 743.2, 7432].map(figure);
  equal(said.join(" "), "7.43 74.3 743 7,432");
});

Deno.test("comparisonPage() has every figure, and names what was left out with its reason", () => {
  const page = comparisonPage([RESULT], WHEN);
  ok(page.includes("Measured on 2026-01-02: 2 cores."));
  ok(page.includes("| bulkhead | 14.0      | 17.0   | 1.08  | all               |"), page);
  ok(page.includes("- firejail + Deno: not installed: `apt-get …`\n"));
});

Deno.test("shortTable() goes into a README between its markers, with day and machine", () => {
  const readme = `# It\n\n${BENCH.begin}\n\nold\n\n${BENCH.end}\n\nrest\n`;
  const changed = withMarkedText(readme, BENCH, shortTable([RESULT], WHEN));
  ok(changed.startsWith("# It\n") && changed.endsWith("\n\nrest\n") && !changed.includes("old"));
  ok(changed.includes("| bulkhead | 14.0      | 1.08  | all               |"), changed);
  ok(changed.includes("40 rounds on 2026-01-02, 2 cores. Left out: firejail + Deno."));
  throws(() => shortTable([], WHEN), RangeError);
});
