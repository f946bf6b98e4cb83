import type { Event, State } from "../model/mod.ts";
import { printable } from "./printable.ts";
import { renderPlace, type Texts } from "./render_diagnostics.ts";
import type { Style } from "./style.ts";

/**
 * Tells a run to a person, event by event.
 *
 * @returns A function that turns the next event into text; it remembers what a summary needs.
 */
export function runText(texts: Texts, style: Style): (event: Event) => string {
  const finished: { task: string; state: State; elapsedMs: number; error?: string }[] = [];
  return (event) => {
    switch (event.type) {
      case "execution.started":
        return `${style.bold(printable(event.flow))}  ${style.dim(event.execution)}\n`;
      case "task.planned":
        return `${style.bold("▸")} ${style.bold(printable(event.task))}  ${
          style.dim(printable(`${event.class}, ${event.kind}, spawn ${event.spawn}`))
        }\n`;
      case "task.log":
        return printable(event.message).split("\n").map((line) =>
          `    ${tint(event.level, style)} ${line}\n`
        ).join("");
      case "task.denied": {
        const { permission, value, layer, because } = event;
        const what = value === undefined ? permission : `${permission} "${value}"`;
        const head = `    ${style.red("denied")} ${printable(what)} by layer ${layer}: ${
          printable(because.rule)
        }\n`;
        return because.source === "built-in"
          ? `${head}      built-in rule\n`
          : head + renderPlace(because.source, texts, style).replace(/^(?=.)/gm, "    ");
      }
      case "task.limited": {
        const { limit, value, because } = event;
        const head = `    ${style.red("limit")} ${limit} ${value}: ${printable(because.rule)}\n`;
        return because.source === "built-in"
          ? head
          : head + renderPlace(because.source, texts, style).replace(/^(?=.)/gm, "    ");
      }
      case "task.output":
        return `    ${style.dim("output")} ${printable(event.name)} = ${
          shorten(printable(JSON.stringify(event.value)))
        }\n`;
      case "task.metric":
        return `    ${style.dim("metric")} ${
          printable(event.metric.name)
        } = ${event.metric.value}\n`;
      case "task.finished": {
        const { task, state, elapsedMs, error } = event;
        finished.push({ task, state, elapsedMs, ...(error !== undefined && { error }) });
        const why = error === undefined ? "" : `  ${printable(error).replace(/\n/g, "\n      ")}`;
        return `  ${coloured(state, style)} ${style.dim(`${elapsedMs} ms`)}${why}\n`;
      }
      case "execution.finished":
        return summary(finished, event, style);
      default:
        return "";
    }
  };
}

function summary(
  finished: readonly { task: string; state: State; elapsedMs: number }[],
  { state, elapsedMs }: Extract<Event, { type: "execution.finished" }>,
  style: Style,
): string {
  const width = Math.max(0, ...finished.map((it) => printable(it.task).length));
  const lines = finished.map((it) =>
    `  ${printable(it.task).padEnd(width)}  ${coloured(it.state, style)} ${
      style.dim(`${it.elapsedMs} ms`)
    }\n`
  );
  return `\n${style.bold("summary")}\n${lines.join("")}${
    coloured(state, style)
  } after ${elapsedMs} ms\n`;
}

function coloured(state: State, style: Style): string {
  const tint = state === "SUCCESS"
    ? style.green
    : state === "FAILED" || state === "KILLED"
    ? style.red
    : style.yellow;
  return tint(state.padEnd(7));
}

function tint(level: string, style: Style): string {
  const text = level.padEnd(5);
  return level === "ERROR"
    ? style.red(text)
    : level === "WARN"
    ? style.yellow(text)
    : style.dim(text);
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
