import type {
  Access,
  Because,
  Decision,
  ExplainedTask,
  Explanation,
  LayerPart,
} from "../model/mod.ts";
import { editText } from "./edit_text.ts";
import { printableLine } from "./printable.ts";
import { placeOf, renderPlace, type Texts } from "./render_diagnostics.ts";
import type { Style } from "./style.ts";

/** What tasks may do, for a person: the answer to each question with the lines that decide. */
export function explainText(
  tasks: readonly ExplainedTask[],
  texts: Texts,
  style: Style,
): string {
  return tasks.map((it) => {
    const head = `${style.bold(printableLine(`${it.flow}#${it.task}`))}  ${
      printableLine(it.type)
    }  ${style.dim(printableLine(it.file))}`;
    const body = it.refusal !== undefined
      ? [
        style.red("refused"),
        ...becauseLines(it.refusal.because, texts, style),
        ...flipLines("to let it run", it.refusal, texts, style),
      ]
      : it.limits === undefined
      ? it.answers.flatMap((answer) => explanationLines(answer, texts, style))
      : overviewLines(it, style);
    return [head, ...body].map((line) => `${line}\n`).join("");
  }).join("\n");
}

/** One answer: verdict, each layer's part, the lines that decide, and what would flip it. */
export function explanationLines(
  { decision, flips, noFlip }: Explanation,
  texts: Texts,
  style: Style,
): readonly string[] {
  const { access, verdict, parts, because } = decision;
  return [
    "",
    `${verdictWord(verdict, style)}  ${printableLine(accessText(access))}`,
    ...partLines(parts, style),
    ...because.flatMap((it) => becauseLines(it, texts, style)),
    ...flipLines(
      verdict === "allowed" ? "to deny it" : "to allow it",
      { ...(flips && { flips }), ...(noFlip !== undefined && { noFlip }) },
      texts,
      style,
    ),
  ];
}

/** An access in a few words: `read /etc/passwd`. */
export function accessText({ kind, value, real }: Access): string {
  const leads = real !== undefined && real !== value ? ` (it leads to ${real})` : "";
  return `${kind}${value === undefined ? "" : ` ${value}`}${leads}`;
}

export function verdictWord(verdict: Decision["verdict"], style: Style): string {
  return verdict === "allowed" ? style.green("allowed") : style.red("denied ");
}

const SAYS: Readonly<Record<LayerPart["verdict"], string>> = {
  allows: "allows",
  denies: "denies",
  silent: "-     ",
};

function partLines(parts: readonly LayerPart[], style: Style): readonly string[] {
  return parts.map(({ layer, verdict, fact }) => {
    const tint = { allows: style.green, denies: style.red, silent: style.dim }[verdict];
    const said = printableLine(fact);
    return `  ${layer.padEnd(9)}  ${tint(SAYS[verdict])}  ${
      verdict === "silent" ? style.dim(said) : said
    }`;
  });
}

/** A reason with its rule, and the line that says it. */
export function becauseLines(
  { effect, rule, source }: Because,
  texts: Texts,
  style: Style,
): readonly string[] {
  const said = `  ${style.dim("because")} ${printableLine(effect)}  ${
    style.dim(printableLine(rule))
  }`;
  return source === "built-in"
    ? [`${said}  ${style.dim("built-in")}`]
    : [said, ...renderPlace(source, texts, style).trimEnd().split("\n")];
}

function flipLines(
  goal: string,
  { flips, noFlip }: Omit<Explanation, "decision">,
  texts: Texts,
  style: Style,
): readonly string[] {
  if (flips === undefined) return [];
  if (flips.length === 0) {
    return noFlip === undefined
      ? []
      : [`  ${style.bold(goal)}: nothing does; ${printableLine(noFlip)}`];
  }
  return flips.flatMap(({ edits }, i) =>
    edits.flatMap((edit, j) => {
      const [first, ...rest] = editText(edit, texts, style);
      const lead = j > 0 ? "and" : i > 0 ? "or" : `${style.bold(goal)}:`;
      return [`  ${lead} ${first}`, ...rest.map((it) => `  ${it}`)];
    })
  );
}

/** A table of what is worth asking. */
function overviewLines(
  { answers, limits = [] }: ExplainedTask,
  style: Style,
): readonly string[] {
  const width = Math.min(
    48,
    Math.max(...answers.map((it) => accessText(it.decision.access).length)),
  );
  return [
    ...answers.map(({ decision: { access, verdict, because: [first] } }) =>
      `  ${verdictWord(verdict, style)}  ${printableLine(accessText(access)).padEnd(width)}  ${
        style.dim(printableLine(`${first!.rule}  ${shownPlace(first!.source)}`))
      }`
    ),
    ...limits.map(({ effect, source }) =>
      `  ${"limit  "}  ${printableLine(effect.replace(/^limit /, "")).padEnd(width)}  ${
        style.dim(printableLine(shownPlace(source)))
      }`
    ),
  ];
}

function shownPlace(source: Because["source"]): string {
  return source === "built-in" ? source : placeOf(source);
}
