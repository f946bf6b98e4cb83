import type { Coverage } from "../model/mod.ts";
import { printable } from "./printable.ts";
import { renderPlace, type Texts } from "./render_diagnostics.ts";
import type { Style } from "./style.ts";

/** All files of a coverage together; `percent` is of rules, rounded down to a tenth. */
export function totalOf({ files }: Coverage) {
  const rules = files.reduce((sum, it) => sum + it.rules, 0);
  const decided = files.reduce((sum, it) => sum + it.decided, 0);
  return { rules, decided, percent: percentOf({ rules, decided }) };
}

/** Which rules of policies no test decided, for a person: each with its line. */
export function coverageText(coverage: Coverage, texts: Texts, style: Style): string {
  const files = coverage.files.map((it) =>
    [
      `${style.bold(printable(it.file))}  ${decidedText(it)}\n`,
      ...it.open.map(({ rule, at }) =>
        `  ${style.yellow("not decided")} ${printable(rule)}\n${renderPlace(at, texts, style)}`
      ),
    ].join("")
  );
  const total = coverage.files.length > 1 ? [`all files  ${decidedText(totalOf(coverage))}\n`] : [];
  const none = coverage.files.length === 0 ? ["no policy was tested\n"] : [];
  return [...files, ...total, ...none].join("");
}

function decidedText(it: { readonly rules: number; readonly decided: number }): string {
  return `${it.decided} of ${it.rules} ${it.rules === 1 ? "rule" : "rules"} decided, ${
    percentOf(it)
  } %`;
}

/** Where there are no rules nothing is left open. */
function percentOf(
  { rules, decided }: { readonly rules: number; readonly decided: number },
): number {
  return rules === 0 ? 100 : Math.floor(decided * 1000 / rules) / 10;
}
