import type { State } from "../../model/mod.ts";
import { durationText } from "../duration_text.ts";
import type { ReportData, ReportRun, Span } from "./collect_report.ts";
import { type Html, html } from "./escape.ts";

/** Of a bar, from its left to its right. */
const UNITS = 1000;
/** Deeper ones are indented no more. */
const DEEPEST = 6;

/** From when to when bars show: milliseconds since 1970. */
interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A bar for each task run, those of flowables with what is inside them. */
export function timelineHtml(
  data: ReportData,
  isolationOf: ReadonlyMap<string, string>,
): Html {
  const fromMs = Number.isFinite(data.firstMs) ? data.firstMs : 0;
  const range = { fromMs, toMs: Math.max(data.lastMs, fromMs + 1) };
  const totalMs = range.toMs - range.fromMs;
  const rows = runsHtml(data.top, 0, range, isolationOf, data.end === undefined);
  const leftOut = data.foldedRuns > 0 && html`
    <p class="note">${data
      .foldedRuns} more task runs are counted and have no bar of their own: a report holds
    the first ones, and those that went badly.</p>
  `;
  return html`
    <section id="timeline" aria-labelledby="timeline-title">
    <h2 id="timeline-title">Timeline</h2>
    <ul class="legend" aria-label="What the colours of bars mean">${LEGEND}</ul>
    <div class="panel runs">
    <p class="axis" aria-hidden="true"><span>0</span><span>${durationText(
      totalMs / 2,
    )}</span><span>${durationText(totalMs)}</span></p>
    ${rows}
    </div>${leftOut}
    </section>
  `;
}

const LEGEND = [
  ["waiting", "waiting"],
  ["good", "went well"],
  ["warned", "with a warning"],
  ["failed", "failed"],
  ["retrying", "before a retry, or paused"],
  ["running", "running"],
].map(([name, text]) =>
  html`<li><svg viewBox="0 0 10 5" aria-hidden="true"><rect class="${name}" width="10" height="5"/></svg>${text}</li>`
);

function runsHtml(
  node: ReportRun,
  depth: number,
  range: Range,
  isolationOf: ReadonlyMap<string, string>,
  isLive: boolean,
): Html | undefined {
  if (node.inner.length === 0 && node.folded.size === 0) return undefined;
  const rows = node.inner.map((it) => runHtml(it, depth, range, isolationOf, isLive));
  const counted = [...node.folded].map(([task, counts]) =>
    html`<li class="row note">${task}: ${countsText(counts)}, not shown one by one</li>`
  );
  return html`<ol>${rows}${counted}</ol>`;
}

/** `940 SUCCESS, 3 FAILED`. */
export function countsText(counts: ReadonlyMap<State, number>): string {
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}

function runHtml(
  run: ReportRun,
  depth: number,
  range: Range,
  isolationOf: ReadonlyMap<string, string>,
  isLive: boolean,
): Html {
  const inner = runsHtml(run, depth + 1, range, isolationOf, isLive);
  const state = run.state ?? (isLive ? "RUNNING" : "did not end");
  const took = run.elapsedMs === undefined ? "" : durationText(run.elapsedMs);
  return html`
    <li>
      <details${inner === undefined ? "" : OPEN}><summary class="d${Math.min(depth, DEEPEST)}">
    <span class="name" title="${run.label}"><span class="task">${run
      .task}</span><span class="round">${run.round}</span></span>${barHtml(
        run,
        range,
        inner !== undefined,
      )}
    <span class="took"><span class="state ${run.state ??
      ""}">${state}</span> <span class="time">${took}</span></span>
    </summary>${bodyHtml(run, range, isolationOf)}${inner}</details></li>
  `;
}

const OPEN = html`
  open
`;

function barHtml(run: ReportRun, range: Range, isFlowable: boolean): Html {
  const scale = UNITS / (range.toMs - range.fromMs);
  const at = (ms: number) => Math.min(UNITS, Math.max(0, (ms - range.fromMs) * scale));
  const rects = run.spans.map((span, i) => {
    const x = at(span.fromMs);
    const width = at(span.toMs ?? range.toMs) - x;
    const name = tint(run, span, run.spans[i + 1]);
    return html`
      <rect class="${name}" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="10" />
    `;
  });
  return html`
    <svg class="bar${isFlowable
      ? " flowable"
      : ""}" viewBox="0 0 ${UNITS} 10" preserveAspectRatio="none" role="img"
      aria-label="${spansText(run, range)}">${rects}</svg>
  `;
}

/** An attempt that another one follows has failed. */
function tint({ state }: ReportRun, { what }: Span, next: Span | undefined): string {
  if (what !== "running") return what;
  if (next?.what === "retrying") return "failed";
  if (state === undefined) return "running";
  if (state === "SUCCESS") return "good";
  if (state === "SKIPPED") return "waiting";
  return state === "FAILED" || state === "KILLED" ? "failed" : "warned";
}

function spansText({ spans }: ReportRun, range: Range): string {
  return spans.filter((it) => it.what !== "waiting" || (it.toMs ?? range.toMs) > it.fromMs)
    .map((it) => `${it.what} ${durationText((it.toMs ?? range.toMs) - it.fromMs)}`).join(", ");
}

function bodyHtml(
  run: ReportRun,
  range: Range,
  isolationOf: ReadonlyMap<string, string>,
): Html {
  const { taskRun, error, outputs, attempts, origin, denials } = run;
  const started = run.spans[0] === undefined
    ? ""
    : `begins after ${durationText(run.spans[0].fromMs - range.fromMs)}`;
  const facts = [
    run.class ?? "",
    started,
    spansText(run, range),
    attempts > 1 ? `${attempts} attempts` : "",
    origin === "resumed" ? "not run: it had ended before the execution was resumed" : "",
    origin === "mocked" ? "not run: its outputs are from a file of mocks" : "",
  ].filter((it) => it !== "").join(" · ");
  const anchor = isolationOf.get(run.task);
  const links = [
    ...(denials > 0 ? [html`<a href="#denied">${denials} denied</a>`] : []),
    ...(outputs !== undefined ? [html`<a href="#outputs-${taskRun}">its outputs</a>`] : []),
    ...(anchor !== undefined ? [html`<a href="#${anchor}">its isolation</a>`] : []),
  ];
  const why = error !== undefined && html`<pre class="error">${error}</pre>`;
  return html`<div class="body"><p class="note links"><span>${facts}</span>${links}</p>${why}</div>`;
}
