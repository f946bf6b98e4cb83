import type { Because, Event, LogLevel } from "../model/mod.ts";
import { durationText } from "./duration_text.ts";
import { followRuns, type OpenRun } from "./follow_runs.ts";
import { printable } from "./printable.ts";
import { renderPlace, type Texts } from "./render_diagnostics.ts";
import { runSummary, shortValue } from "./run_summary.ts";
import { stateText } from "./state_text.ts";
import type { Style } from "./style.ts";

/**
 * How much is told: `all`; `lines`, without what a tree shows beside it; `faults`, what was denied
 * or limited and how it ended.
 */
export type Detail = "all" | "lines" | "faults";

/**
 * Tells a run to a person, event by event.
 *
 * A task run's lines stand below its name, deeper the more flowables are around it. A line that is
 * not below its own name, for one because several task runs go on, says in front whose it is.
 *
 * @returns A function that turns the next event into text; it remembers what a summary needs.
 */
export function runText(
  texts: Texts,
  style: Style,
  detail: Detail = "all",
): (event: Event) => string {
  const runs = followRuns();
  const summary = runSummary(style);
  const planned = new Map<string, Extract<Event, { type: "task.planned" }>>();
  let first: string | undefined;
  /** The run whose name was said last. */
  let named: OpenRun | undefined;

  const line = (run: OpenRun, depth: number, text: string) => {
    const isOwn = named?.taskRun === run.taskRun && !runs.hasOthers(run);
    const whose = isOwn ? "" : `${style.bold(printable(run.label))} ${style.dim("│")} `;
    return `${"  ".repeat(detail === "all" ? run.depth + depth : 0)}${whose}${text}\n`;
  };
  const head = (run: OpenRun, attempt: number) => {
    const plan = planned.get(run.taskRun);
    planned.delete(run.taskRun);
    named = run;
    const about = plan === undefined
      ? ""
      : style.dim(printable(`${plan.class}, ${plan.kind}, spawn ${plan.spawn}`));
    const again = attempt > 1 ? `attempt ${attempt}` : "";
    const aside = [about, again].filter((it) => it !== "").join("  ");
    return `${"  ".repeat(run.depth)}${style.bold("▸")} ${style.bold(printable(run.ownLabel))}${
      aside === "" ? "" : `  ${aside}`
    }\n`;
  };
  /** A place in a file below the line that it belongs to. */
  const place = (run: OpenRun, { source }: Because, builtIn: string) => {
    const indent = "  ".repeat(detail === "all" ? run.depth + 2 : 0);
    const text = source === "built-in" ? builtIn : renderPlace(source, texts, style);
    return text.replace(/^(?=.)/gm, indent);
  };

  return (event) => {
    const run = runs.see(event);
    if (event.type === "execution.started") {
      first ??= event.execution;
      if (event.execution !== first || detail === "faults") return "";
      const again = event.resumed ? "  resumed" : "";
      return `${style.bold(printable(event.flow))}  ${style.dim(event.execution + again)}\n`;
    }
    if (event.type === "execution.finished") {
      // One that never began has ended all the same.
      first ??= event.execution;
      return event.execution === first ? summary.text(event) : "";
    }
    if (run === undefined) return "";
    switch (event.type) {
      case "task.planned":
        if (detail === "all") planned.set(event.taskRun, event);
        return "";
      case "task.started":
        summary.begin(run);
        return detail === "all" ? head(run, event.attempt) : "";
      case "task.denied": {
        const { permission, value, layer, because } = event;
        const what = value === undefined ? permission : `${permission} "${value}"`;
        const said = `${style.red("denied")} ${printable(what)} by layer ${layer}: ${
          printable(because.rule)
        }`;
        return line(run, 2, said) + place(run, because, "  built-in rule\n");
      }
      // For programs that learn from it; a person would not find the rest among them.
      case "task.accessed":
        return "";
      case "task.limited": {
        const { limit, value, because } = event;
        const said = `${style.red("limit")} ${limit} ${value}: ${printable(because.rule)}`;
        return line(run, 2, said) + place(run, because, "");
      }
      case "task.finished": {
        summary.finish(run, event);
        const told = detail === "lines" ? event.error !== undefined : detail === "all";
        if (!told) return "";
        const unnamed = detail === "all" && planned.has(run.taskRun) ? head(run, 1) : "";
        const { state, elapsedMs, error, resumed, mocked } = event;
        const how = resumed ? "  resumed" : mocked ? "  mocked" : "";
        const below = `\n${"  ".repeat(run.depth + 3)}`;
        const why = error === undefined ? "" : `  ${printable(error).replace(/\n/g, below)}`;
        return unnamed +
          line(run, 1, `${stateText(state, style)} ${style.dim(`${elapsedMs} ms${how}`)}${why}`);
      }
      case "task.log":
        if (detail === "faults") return "";
        return printable(event.message).split("\n").map((text) =>
          line(run, 2, `${levelText(event.level, style)} ${text}`)
        ).join("");
      case "task.retrying": {
        if (detail === "faults") return "";
        const why = event.error === undefined ? "" : `: ${printable(event.error)}`;
        const said = `attempt ${event.attempt} failed, the next one begins in ${
          durationText(event.afterMs)
        }${why}`;
        return line(run, 2, `${style.yellow("retry")} ${said.replace(/\n/g, " ")}`);
      }
      case "task.paused": {
        if (detail === "faults") return "";
        const until = event.untilMs === undefined
          ? "until somebody lets it go on"
          : `for ${durationText(event.untilMs - Date.parse(event.at))}`;
        return line(run, 2, `${style.yellow("paused")} ${until}`);
      }
      case "task.output":
        if (detail !== "all") return "";
        return line(
          run,
          2,
          `${style.dim("output")} ${printable(event.name)} = ${shortValue(event.value)}`,
        );
      case "task.metric":
        if (detail !== "all") return "";
        return line(
          run,
          2,
          `${style.dim("metric")} ${printable(event.metric.name)} = ${event.metric.value}`,
        );
    }
  };
}

function levelText(level: LogLevel, style: Style): string {
  const text = level.padEnd(5);
  if (level === "ERROR") return style.red(text);
  return level === "WARN" ? style.yellow(text) : style.dim(text);
}
