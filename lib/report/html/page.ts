import { createHash } from "node:crypto";
import { durationText } from "../duration_text.ts";
import type { Texts } from "../render_diagnostics.ts";
import type { ReportData, ReportDenial, ReportRun } from "./collect_report.ts";
import { escapeHtml, type Html, html } from "./escape.ts";
import { isolationHtml } from "./isolation.ts";
import { LIMITS } from "./limits.ts";
import { lineFinder, type LineOf, placeHtml } from "./place.ts";
import script from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };
import { countsText, timelineHtml } from "./timeline.ts";

/** The only style and the only script that a browser takes of the page; it loads nothing. */
const CONTENT_POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** What a page says beside its data. */
export interface PageFacts {
  /** When it is written: ISO 8601, UTC. */
  readonly at: string;
  readonly texts: Texts;
  readonly version: string;
}

/**
 * A report as one HTML page that needs nothing else: it loads nothing, and can be read without its script.
 *
 * Whatever tasks, flows and policies say is escaped, and a content security policy takes no style and no
 * script but the page's own, by their digests.
 */
export function reportPage(data: ReportData, { at, texts, version }: PageFacts): string {
  const lineOf = lineFinder(texts);
  const { section: isolation, anchors } = isolationHtml(data.plans, data.badTasks, lineOf);
  const state = data.end?.state ?? "RUNNING";
  const sections: readonly (readonly [string, string, Html | undefined])[] = [
    ["denied", `Denied (${data.denied})`, denialsHtml(data, lineOf)],
    ["timeline", "Timeline", timelineHtml(data, anchors)],
    ["logs", `Logs (${data.logs.total()})`, logsHtml(data)],
    ["outputs", "Outputs", outputsHtml(data)],
    ["metrics", `Metrics (${data.measured})`, metricsHtml(data)],
    ["isolation", "Isolation", isolation],
  ];
  const there = sections.filter(([, , it]) => it !== undefined);
  const body = html`
    <body>
    <a class="skip" href="#main">Skip to the report</a>
    ${headHtml(data, state)}
    <nav aria-label="Parts of the report"><ul>${there.map(([id, name]) =>
      html`<li><a href="#${id}">${name}</a></li>`
    )}</ul></nav>
    <main id="main" tabindex="-1">${there.map(([, , it]) => it)}
    </main>
    <footer><p>Written by bulkhead ${version} at <time datetime="${at}">${at}</time>${data.end ===
        undefined && ", before the execution had ended"}.</p></footer>
  `;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${state} ${data.flow}`)}</title>
<style>${style}</style>
</head>${body.text}
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function headHtml(data: ReportData, state: string): Html {
  const { execution, end } = data;
  const [plan] = data.plans;
  const tookMs = end?.elapsedMs ?? Math.max(0, data.lastMs - data.firstMs);
  const facts: readonly (readonly [string, Html | string | undefined])[] = [
    ["execution", execution?.execution],
    [
      "started",
      execution && html`<time datetime="${execution.at}">${timeText(execution.at)}</time>`,
    ],
    ["ended", end && html`<time datetime="${end.at}">${timeText(end.at)}</time>`],
    ["took", execution && durationText(tookMs)],
    ["task runs", countsText(data.counts) || undefined],
    ["flow's file", plan?.flow.file],
    ["policy", execution?.policy],
    ["labels", valuesHtml(execution?.labels ?? plan?.flow.labels ?? {})],
    ["inputs", valuesHtml(inputsOf(data))],
    ["resumed", execution?.resumed && "yes: what had ended well before was not run again"],
  ];
  return html`
    <header>
    <div class="title"><h1>${data.flow}</h1><p class="state ${end?.state ?? ""}">${state}</p></div>
    ${plan?.flow.description !== undefined &&
      html`<p class="note text">${plan.flow.description}</p>`}
    ${end?.error !== undefined && html`<p class="error text">${end.error}</p>`}
    <dl class="facts">${facts.map(([name, value]) =>
      value !== undefined && html`
        <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )}</dl>
    </header>
  `;
}

function timeText(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

/** A secret is none of a report's, whoever hands it over. */
function inputsOf({ execution, plans: [plan] }: ReportData): Readonly<Record<string, unknown>> {
  const given = execution?.inputs;
  if (typeof given !== "object" || given === null) return {};
  const types = new Map(plan?.flow.inputs.map((it) => [it.id, String(it.type)]));
  return Object.fromEntries(
    Object.entries(given).map(([id, it]) => [id, types.get(id) === "SECRET" ? "******" : it]),
  );
}

function valuesHtml(values: Readonly<Record<string, unknown>>): Html | undefined {
  const entries = Object.entries(values);
  if (entries.length === 0) return undefined;
  return html`<ul class="values">${
    entries.slice(0, 100).map(([name, value]) =>
      html`<li class="mono">${name}: ${
        short(typeof value === "string" ? value : JSON.stringify(value) ?? "null")
      }</li>`
    )
  }${entries.length > 100 && html`<li>and ${entries.length - 100} more</li>`}</ul>`;
}

function short(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}

function denialsHtml({ denials, denied }: ReportData, lineOf: LineOf): Html | undefined {
  if (denied === 0) return undefined;
  const more = denied - denials.length;
  return html`
    <section id="denied" class="denied" aria-labelledby="denied-title">
    <h2 id="denied-title">Denied</h2>
    <ol>${denials.map((it) => html`<li>${denialHtml(it, lineOf)}</li>`)}</ol>${more > 0 &&
      html`<p class="note">${more} more are left out.</p>`}
    </section>
  `;
}

function denialHtml({ label, event }: ReportDenial, lineOf: LineOf): Html {
  const what = event.type === "task.limited"
    ? html`ran into the limit <strong>${event.limit} ${event.value}</strong>`
    : html`was denied <strong>${event.permission}${
      event.value !== undefined && ` "${short(event.value)}"`
    }</strong> by layer ${event.layer}`;
  return html`
    <p class="text"><strong>${label}</strong> ${what}</p>
    <p class="text"><span class="rule">${event.because.rule}</span> ${placeHtml(
      event.because,
      lineOf,
    )}</p>
  `;
}

function logsHtml({ logs }: ReportData): Html | undefined {
  const total = logs.total();
  if (total === 0) return undefined;
  const kept = logs.kept();
  const tasks = [...new Set(kept.map((it) => it.task))].toSorted();
  const more = total - kept.length;
  const options = (names: readonly string[]) =>
    names.map((it) => html`<option value="${it}">${it}</option>`);
  return html`
    <section id="logs" aria-labelledby="logs-title">
    <h2 id="logs-title">Logs</h2>
    <form id="filter" hidden>
    <label>Least level<select name="level">${options([
      "TRACE",
      "DEBUG",
      "INFO",
      "WARN",
      "ERROR",
    ])}</select></label>
    <label>Task<select name="task"><option value="">all</option>${options(tasks)}</select></label>
    <label class="grow">Words<input name="text" type="search" autocomplete="off"></label>
    <output id="shown" aria-live="polite"></output>
    </form>${more > 0 && html`
      <p
        class="note">${more} of ${total} lines are left out: a report holds the first and the last ones, and the last of
      WARN and ERROR.</p>
    `}
    <ol class="panel logs mono" id="lines">${kept.map((it) =>
      html`
        <li class="${it.level}" data-level="${it.level}"
          data-task="${it.task}"><span class="time">${it.time}</span> <span class="level">${it
            .level}</span> <span class="task">${it.label}</span> <span class="text">${it
            .text}</span></li>
      `
    )}</ol>
    </section>
  `;
}

function outputsHtml(data: ReportData): Html | undefined {
  const own = Object.entries(data.end?.outputs ?? {});
  const runs = [...withOutputs(data.top)];
  if (own.length === 0 && runs.length === 0) return undefined;
  return html`
    <section id="outputs" aria-labelledby="outputs-title">
    <h2 id="outputs-title">Outputs</h2>
    <ul class="panel outputs">${own.map(([name, value]) =>
      html`
        <li>
          <h3>${name} <span class="where">of the execution</span></h3>
          <pre class="json">${JSON.stringify(value, null, 2)?.slice(0, LIMITS.output) ??
            "null"}</pre>
        </li>
      `
    )}${runs.map((it) =>
      html`
        <li id="outputs-${it.taskRun}">
          <h3>${it.label}</h3>
          <pre class="json">${it.outputs}</pre>
        </li>
      `
    )}</ul>${data.outputsLeftOut > 0 &&
      html`<p class="note">The outputs of ${data.outputsLeftOut} more task runs are left out.</p>`}
    </section>
  `;
}

function* withOutputs(node: ReportRun): Generator<ReportRun> {
  for (const it of node.inner) {
    if (it.outputs !== undefined) yield it;
    yield* withOutputs(it);
  }
}

function metricsHtml({ metrics, measured }: ReportData): Html | undefined {
  if (measured === 0) return undefined;
  const more = measured - metrics.length;
  return html`
    <section id="metrics" aria-labelledby="metrics-title">
    <h2 id="metrics-title">Metrics</h2>
    <div class="panel"><table>
    <thead><tr><th scope="col">Task</th><th scope="col">Metric</th><th scope="col">Type</th><th scope="col" class="number">Value</th></tr></thead>
    <tbody>${metrics.map(({ label, metric: { name, type, value, tags } }) =>
      html`
        <tr>
          <td>${label}</td>
          <td>${name}${Object.entries(tags ?? {}).map(([key, it]) =>
            html`
              <span class="where">${key}=${it}</span>
            `
          )}</td>
          <td>${type}</td>
          <td class="number">${value}</td>
        </tr>
      `
    )}</tbody>
    </table></div>${more > 0 && html`<p class="note">${more} more are left out.</p>`}
    </section>
  `;
}
