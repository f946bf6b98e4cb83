import type { Access, ChangedDecision, PolicyFile, Replay } from "../model/mod.ts";
import { accessText, becauseLines } from "./explain_text.ts";
import { printableLine } from "./printable.ts";
import type { Texts } from "./render_diagnostics.ts";
import { safeJson } from "./safe_json.ts";
import type { Style } from "./style.ts";

/** What another policy makes of recorded runs, for a person. */
export function whatIfText(replay: Replay, texts: Texts, style: Style): string {
  const { decisions, changes, denied, allowed, changed, unlisted, notReplayed, damaged } = replay;
  const ways = [
    ...(denied > 0 ? [`${number(denied)} to denied`] : []),
    ...(allowed > 0 ? [`${number(allowed)} to allowed`] : []),
  ];
  return [
    ...changed.flatMap((it) => [...changeLines(it, texts, style), ""]),
    ...(unlisted > 0 ? [`and ${number(unlisted)} more that are not listed`, ""] : []),
    style.bold(
      `${number(changes)} of ${number(decisions)} decision${decisions === 1 ? "" : "s"} change${
        changes === 1 ? "s" : ""
      }${ways.length > 0 ? `: ${ways.join(", ")}` : ""}`,
    ),
    ...notReplayed.map(({ why, count }) =>
      style.yellow(`not replayed: ${number(count)}, ${printableLine(why)}`)
    ),
    ...(damaged > 0 ? [style.yellow(`not read: ${number(damaged)} lines`)] : []),
  ].map((it) => `${it}\n`).join("");
}

function changeLines(
  { flow, task, what, was, is, wasBecause, isBecause, count }: ChangedDecision,
  texts: Texts,
  style: Style,
): readonly string[] {
  const asked = isAccess(what) ? accessText(what) : what.kind;
  const tint = is === "denied" ? style.red : is === "allowed" ? style.green : style.yellow;
  const [from, to] = what.kind === "container" ? [was || "nothing", is || "nothing"] : [was, is];
  return [
    `${tint(printableLine(to))}, was ${printableLine(from)}  ${printableLine(asked)}  ${
      style.bold(printableLine(`${flow}#${task}`))
    }${count > 1 ? `  ${number(count)} times` : ""}`,
    ...(wasBecause === undefined
      ? []
      : becauseLines(wasBecause, texts, style).map((it) =>
        it.replace(/^ {2}because/, "  was    ")
      )),
    ...(isBecause === undefined ? [] : becauseLines(isBecause, texts, style)),
  ];
}

function isAccess(what: ChangedDecision["what"]): what is Access {
  return what.kind !== "run" && what.kind !== "container";
}

/** 4310 as `4,310`. */
function number(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The same as one JSON document, `v: 1`; its shape is part of the interface. */
export function whatIfJson(
  { files, digest }: { readonly files: readonly PolicyFile[]; readonly digest: string },
  replay: Replay,
): string {
  return `${safeJson({ v: 1, policy: { files, digest }, ...replay }, 2)}\n`;
}
