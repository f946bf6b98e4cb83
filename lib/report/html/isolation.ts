import type { Because, FlowPlan, Permission, TaskPlan } from "../../model/mod.ts";
import { type Html, html } from "./escape.ts";
import { LIMITS } from "./limits.ts";
import { type LineOf, placeHtml } from "./place.ts";

/** The isolation of all tasks, and where that of each is told. */
export interface Isolation {
  readonly section: Html;
  /** The anchor by the id of a task. */
  readonly anchors: ReadonlyMap<string, string>;
}

/** The names of tasks that stand before the others are counted. */
const MAX_NAMES = 30;

/**
 * How each task is isolated, and why so. What is the same for several tasks is told once.
 *
 * @param bad Tasks to tell first: there may be more than there is room for.
 */
export function isolationHtml(
  plans: readonly FlowPlan[],
  bad: ReadonlySet<string>,
  lineOf: LineOf,
): Isolation {
  const all = plans.flatMap(({ flow, tasks }) =>
    tasks.map((plan) => ({
      plan,
      name: plans.length > 1 ? `${flow.id}/${plan.task.id}` : plan.task.id,
    }))
  );
  const ranked = [
    ...all.filter(({ plan }) => bad.has(plan.task.id)),
    ...all.filter(({ plan }) => !bad.has(plan.task.id)),
  ];
  const groups = new Map<
    string,
    { readonly anchor: string; readonly names: string[]; readonly told: Html }
  >();
  const anchors = new Map<string, string>();
  let leftOut = 0;
  for (const { plan, name } of ranked) {
    const told = taskHtml(plan, lineOf);
    let group = groups.get(told.text);
    if (group === undefined) {
      if (groups.size >= LIMITS.isolations) {
        leftOut++;
        continue;
      }
      group = { anchor: `isolation-${groups.size + 1}`, names: [], told };
      groups.set(told.text, group);
    }
    group.names.push(name);
    if (!anchors.has(plan.task.id)) anchors.set(plan.task.id, group.anchor);
  }
  const items = [...groups.values()].map(({ anchor, names, told }) => {
    const shown = names.slice(0, MAX_NAMES).join(", ");
    const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : "";
    return html`<li class="panel" id="${anchor}"><h3>${shown}${more}</h3>${told}</li>`;
  });
  const missing = leftOut > 0 &&
    html`
      <p
        class="note">The isolation of ${leftOut} more tasks is left out; <code>bulkhead plan</code> tells it.</p>
    `;
  const section = html`
    <section id="isolation" aria-labelledby="isolation-title">
    <h2 id="isolation-title">Isolation</h2>
    <ol class="isolation">${items}</ol>${missing}
    </section>
  `;
  return { section, anchors };
}

function taskHtml(plan: TaskPlan, lineOf: LineOf): Html {
  const { task, kind, verdict, refusal, argv, spawn, layers, because } = plan;
  const words = argv.slice(0, LIMITS.words);
  const cut = argv.length > words.length ? `\n… ${argv.length - words.length} more words` : "";
  return html`
    <p class="note text">${task.type.value} · ${kind} · ${verdict === "run"
      ? "may run"
      : "refused"} · spawn ${spawn}</p>${refusal &&
      html`<p class="error text">${refusal.message}</p>`}
    <h4>Layers</h4>
    <ul class="layers">${Object.entries(layers).map(([name, layer]) =>
      layer.active
        ? html`<li class="on"><strong>${name}</strong> ${layer.enforces}</li>`
        : html`<li><strong>${name}</strong> <span class="where">does nothing: ${layer.why}</span></li>`
    )}</ul>${plan.permissions && html`
      <h4>Permissions</h4>
      <dl>${Object.entries(plan.permissions).map(([name, it]) =>
        html`
          <dt>${name}</dt>
          <dd class="mono">${permissionText(it)}</dd>
        `
      )}</dl>
    `}${argv.length > 0 && html`
      <h4>Command line</h4>
      <details>
        <summary>${argv.length} words</summary>
        <pre class="json">${words.map(quoted).join("\n") + cut}</pre>
      </details>
    `}
    <h4>Reasons</h4>
    ${reasonsHtml(because, lineOf)}
  `;
}

function reasonsHtml(because: readonly Because[], lineOf: LineOf): Html {
  const written = because.filter((it) => it.source !== "built-in");
  const shown = [...written, ...because.filter((it) => it.source === "built-in")]
    .slice(0, LIMITS.reasons);
  const more = because.length - shown.length;
  return html`<details><summary>${because.length} reasons, ${written.length} of them written in a file</summary><ol class="reasons">${
    shown.map((it) =>
      html`<li>${it.effect} <span class="rule">${it.rule}</span> ${placeHtml(it, lineOf)}</li>`
    )
  }</ol>${more > 0 && html`<p class="note">${more} more are left out</p>`}</details>`;
}

function permissionText({ allow, deny }: Permission): string {
  const said = (it: "all" | readonly string[]) =>
    it === "all" ? "everything" : it.length === 0 ? "nothing" : it.join(", ");
  const refused = deny !== "all" && deny.length === 0 ? "" : `; not ${said(deny)}`;
  return `${said(allow)}${refused}`;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./<>-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
