import type { ExplainedDenial } from "../model/mod.ts";
import { explanationJson } from "./explain_json.ts";
import { becauseLines, explanationLines } from "./explain_text.ts";
import { printableLine } from "./printable.ts";
import type { Texts } from "./render_diagnostics.ts";
import { safeJson } from "./safe_json.ts";
import type { Style } from "./style.ts";

/** What was left out of an answer about recorded runs. */
export interface LeftOut {
  /** Lines that are no events. */
  readonly damaged: number;
  /** Denials that are counted and not listed: there are too many different ones. */
  readonly unlisted: number;
}

/** The denials of recorded runs, for a person. */
export function explainEventsText(
  denials: readonly ExplainedDenial[],
  { damaged, unlisted }: LeftOut,
  texts: Texts,
  style: Style,
): string {
  const all = denials.reduce((sum, it) => sum + it.count, unlisted);
  const lines = denials.flatMap(({ flow, task, permission, value, layer, because, count, now }) => [
    `${style.red("denied")}  ${
      printableLine(`${permission}${value === undefined ? "" : ` ${value}`}`)
    }  ${style.bold(printableLine(`${flow}#${task}`))}  ${style.dim(`by ${layer}`)}${
      count > 1 ? `  ${count} times` : ""
    }`,
    ...becauseLines(because, texts, style),
    ...(now === undefined ? [] : explanationLines(now, texts, style).map((it) => {
      return it === "" ? "  now:" : `  ${it}`;
    })),
    "",
  ]);
  const counts = [
    `${all} denial${all === 1 ? "" : "s"}`,
    `${denials.length} different`,
    ...(unlisted > 0 ? [`${unlisted} of more kinds than are listed`] : []),
    ...(damaged > 0 ? [`${damaged} line${damaged === 1 ? "" : "s"} that cannot be read`] : []),
  ];
  return [...lines, counts.join(", ")].map((it) => `${it}\n`).join("");
}

/** The same as one JSON document, `v: 1`; its shape is part of the interface. */
export function explainEventsJson(
  denials: readonly ExplainedDenial[],
  leftOut: LeftOut,
  texts: Texts,
): string {
  const shown = denials.map(({ now, ...rest }) => ({
    ...rest,
    ...(now && { now: explanationJson(now, texts) }),
  }));
  return `${safeJson({ v: 1, denials: shown, ...leftOut }, 2)}\n`;
}
