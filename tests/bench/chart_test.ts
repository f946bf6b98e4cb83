import { deepEqual, equal, ok } from "node:assert/strict";
import { chart } from "./chart.ts";
import type { Result, Row } from "./comparison.ts";

const WHEN = { date: "2026-01-02", machine: '2 cores, "Linux" <6> & Debian' };

function row(name: string, median: number, worst = median): Row {
  return { name, about: "", side: "other", median, worst, ratio: median / 10 };
}

function result(rows: readonly Row[], own: Partial<Result> = {}): Result {
  const head = { title: "One task", unit: "ms", aboutHead: "", rounds: 3, charted: true } as const;
  return { ...head, rows, leftOut: [], ...own };
}

/** Reads a document as strictly as it takes: tags that close, attributes in quotes, no bare `<`, `&`. */
function parse(svg: string): { readonly tag: string; readonly at: Map<string, string> }[] {
  const open: string[] = [];
  const all: { tag: string; at: Map<string, string> }[] = [];
  const body = svg.replace(/^<\?xml [^?]*\?>\n/, "");
  for (const [, tag, text] of body.matchAll(/(<[^>]*>)|([^<]+)/g)) {
    if (text !== undefined) {
      ok(!/&(?!amp;|lt;|gt;|quot;)/.test(text), `a bare "&" in ${text}`);
      ok(text.trim() === "" || open.length > 0, `text outside of the document: ${text}`);
      continue;
    }
    const closing = /^<\/([a-z]+)>$/.exec(tag!);
    if (closing !== null) {
      equal(open.pop(), closing[1]);
      continue;
    }
    const [, name, attributes, end] = /^<([a-z]+)((?:\s[\w:-]+="[^"<]*")*)(\/?)>$/.exec(tag!) ?? [];
    ok(name !== undefined, `not well-formed: ${tag}`);
    const pairs = [...attributes!.matchAll(/([\w:-]+)="([^"]*)"/g)];
    all.push({ tag: name, at: new Map(pairs.map(([, key, value]) => [key!, value!])) });
    if (end === "") open.push(name);
  }
  deepEqual(open, []);
  return all;
}

const MANY = result([
  row("deno run", 13, 16),
  row("ours & theirs <1>", 14),
  row("docker", 290, 1_400),
]);

Deno.test("chart() is well-formed, has every label, and says the same in words", () => {
  const svg = chart([MANY], WHEN);
  const elements = parse(svg);
  deepEqual(elements.slice(0, 3).map((it) => it.tag), ["svg", "title", "desc"]);
  equal(elements[0]!.at.get("aria-labelledby"), "title desc");
  for (const name of ["deno run", "ours &amp; theirs &lt;1&gt;", "docker"]) {
    ok(svg.includes(`>${name}</text>`), name);
  }
  const description = /<desc[^>]*>(.*)<\/desc>/.exec(svg)![1]!;
  ok(description.includes("docker 290 ms"), description);
  ok(description.includes("&quot;Linux&quot; &lt;6&gt; &amp; Debian"), description);
  for (const label of ["13.0 (1.30×)", "290 (29.00×)", "One task"]) ok(svg.includes(label), label);
});

Deno.test("the reader of these tests refuses what is not well-formed; what chart() gives it takes", () => {
  const svg = chart([MANY], WHEN);
  parse(svg);
  for (const broken of [svg.replace("</desc>", ""), svg.replace("&amp;", "&")]) {
    let failed = false;
    try {
      parse(broken);
    } catch {
      failed = true;
    }
    ok(failed);
  }
});

for (
  const [name, rows] of [
    ["a few milliseconds and seconds", [row("it", 3.1), row("that", 9_700, 31_000)]],
    ["all alike", [row("it", 60, 61), row("that", 59)]],
    ["a single row", [row("it", 1)]],
    ["less than one", [row("it", 0.02, 0.05), row("that", 0.6)]],
  ] as const
) {
  Deno.test(`chart() keeps every bar and its figures in the picture: ${name}`, () => {
    const svg = chart([result(rows)], WHEN);
    const elements = parse(svg);
    const [, , width] = elements[0]!.at.get("viewBox")!.split(" ").map(Number);
    const bars = elements.filter((it) => it.tag === "rect" && it.at.has("width"))
      .filter((it) => it.at.get("class") === "other" && it.at.get("height") === "14");
    equal(bars.length, rows.length);
    const lengths = bars.map((it) => Number(it.at.get("width")));
    for (const [i, bar] of bars.entries()) {
      ok(lengths[i]! >= 10, `a bar of ${lengths[i]} cannot be seen`);
      ok(Number(bar.at.get("x")) + lengths[i]! < width! - 100);
    }
    const byLength = [...rows.keys()].sort((a, b) => lengths[a]! - lengths[b]!);
    const byValue = [...rows.keys()].sort((a, b) => rows[a]!.median - rows[b]!.median);
    deepEqual(byLength, byValue);
    // A bar's figures come after its whisker.
    const figures = elements.filter((_, i) => elements[i - 1]?.at.get("class") === "whisker");
    equal(figures.length, rows.length);
    for (const it of figures) {
      ok(Number(it.at.get("x")) <= width! - 100, "a figure begins too far to the right");
    }
  });
}

Deno.test("a linear bar is as long as its value, and begins at zero", () => {
  const elements = parse(chart([result([row("it", 20), row("that", 40)])], WHEN));
  const [short, long] = elements.filter((it) => it.at.get("height") === "14")
    .map((it) => Number(it.at.get("width")));
  ok(Math.abs(long! / short! - 2) < 0.01, `${short} and ${long}`);
});

Deno.test("the chart has what is to be charted, and all where nothing is", () => {
  const other = result([row("elsewhere", 5)], { title: "Another", charted: false });
  const empty = result([], { title: "Nothing" });
  const both = chart([MANY, other, empty], WHEN);
  ok(both.includes("One task") && !both.includes("Another") && !both.includes("Nothing"));
  ok(chart([other], WHEN).includes("Another"));
});

Deno.test("the same results give the same chart", () => {
  equal(chart([MANY], WHEN), chart([structuredClone(MANY)], WHEN));
});
