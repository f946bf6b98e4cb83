import type { Because, TestedCase, TestedCheck, TestedSuite, TestVerdict } from "../model/mod.ts";
import { printable } from "./printable.ts";
import { renderDiagnostics, renderPlace, type Texts } from "./render_diagnostics.ts";
import type { Style } from "./style.ts";

/** So much is shown of a value. */
const MAX_VALUE = 500;

/** So many rules are shown behind what is not as it is expected. */
const MAX_RULES = 3;

/** What became of tests, for a person: each case with its tasks, and what does not hold. */
export function testText(suites: readonly TestedSuite[], texts: Texts, style: Style): string {
  const blocks = suites.map((suite) =>
    [
      `${style.bold(printable(suite.file))}  ${style.dim(printable(subjectOf(suite)))}\n`,
      ...suite.cases.map((it) => caseText(it, texts, style)),
    ].join("")
  );
  return [...blocks, summaryOf(suites)].join("\n");
}

/** What a suite is about, in a word: the flow, or the files of the policy. */
export function subjectOf({ flow, policies = [] }: TestedSuite): string {
  return flow ?? policies.join(" + ");
}

/** How many cases came out how. */
export function countVerdicts(
  suites: readonly TestedSuite[],
): Readonly<Record<TestVerdict, number>> {
  const counts = { passed: 0, failed: 0, error: 0, skipped: 0 };
  for (const { cases } of suites) for (const { verdict } of cases) counts[verdict]++;
  return counts;
}

function summaryOf(suites: readonly TestedSuite[]): string {
  const { passed, failed, error, skipped } = countVerdicts(suites);
  const all = passed + failed + error + skipped;
  const parts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(error > 0 ? [`${error} with an error`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return `${all} test ${all === 1 ? "case" : "cases"}: ${parts.join(", ")}\n`;
}

function caseText(
  { id, description, verdict, execution, checks, problems }: TestedCase,
  texts: Texts,
  style: Style,
): string {
  const head = [
    `  ${mark(verdict, style)} ${style.bold(printable(id))}`,
    ...(description === undefined ? [] : [printable(description).replace(/\s+/g, " ")]),
    ...(execution ? [style.dim(`${execution.state} ${execution.elapsedMs} ms`)] : []),
    ...(verdict === "skipped" ? [style.dim("disabled")] : []),
  ].join("  ");
  const tasks = (execution?.tasks ?? []).map((it) => {
    const value = it.value === undefined ? "" : `[${printable(it.value)}]`;
    const error = it.error === undefined
      ? ""
      : `  ${printable(it.error).replace(/\n/g, "\n          ")}`;
    return `      ${style.dim(`${printable(it.id)}${value}`)} ${it.state}${
      it.mocked ? style.dim(" mocked") : ""
    }${error}\n`;
  });
  const error = execution?.error === undefined ? "" : indent(`${printable(execution.error)}\n`);
  const wrong = checks.filter((it) => !it.holds).map((it) => checkText(it, texts, style));
  return `${head}\n${tasks.join("")}${error}${wrong.join("")}${
    indent(renderDiagnostics(problems, texts, style))
  }`;
}

function checkText(
  { operator, expected, actual, at, taskId, description, message, because = [] }: TestedCheck,
  texts: Texts,
  style: Style,
): string {
  const about = [taskId && `task "${taskId}"`, description].filter((it) => it !== undefined);
  return indent([
    `${style.red(style.bold("failed"))} ${printable(message ?? operator)}\n`,
    ...(about.length > 0 ? [`  ${printable(about.join(": "))}\n`] : []),
    `  expected ${operator} ${shown(expected)}\n`,
    `  actual   ${shown(actual)}\n`,
    renderPlace(at, texts, style),
    ...because.toSorted(builtInLast).slice(0, MAX_RULES).map((it) => ruleText(it, texts, style)),
  ].join(""));
}

/** What somebody wrote is what somebody can change. */
function builtInLast(a: Because, b: Because): number {
  return Number(a.source === "built-in") - Number(b.source === "built-in");
}

/** A rule that makes the actual what it is, with its line. */
function ruleText({ effect, rule, source }: Because, texts: Texts, style: Style): string {
  const place = source === "built-in" ? "" : renderPlace(source, texts, style);
  return `  because ${printable(effect)}  ${style.dim(printable(rule))}\n${place}`;
}

function mark(verdict: TestVerdict, style: Style): string {
  switch (verdict) {
    case "passed":
      return style.green("✓");
    case "skipped":
      return style.dim("-");
    default:
      return style.red("✗");
  }
}

function shown(value: unknown): string {
  const text = printable(JSON.stringify(value) ?? "null");
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "      ");
}
