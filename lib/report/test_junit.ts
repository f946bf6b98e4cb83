import type { TestedCase, TestedCheck, TestedSuite } from "../model/mod.ts";
import { escapeXml as escaped } from "./escape_xml.ts";
import { placeOf } from "./render_diagnostics.ts";
import { subjectOf } from "./test_text.ts";

/**
 * What became of tests as JUnit's XML, which CI systems read: a suite for each file, and a case for
 * each test case.
 *
 * @returns A document ending in a newline.
 */
export function testJunit(suites: readonly TestedSuite[]): string {
  const all = suites.flatMap((it) => it.cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<testsuites name="bulkhead" ${countsOf(all)}>\n`,
    ...suites.map(suiteXml),
    "</testsuites>\n",
  ].join("");
}

function suiteXml(suite: TestedSuite): string {
  const { file, id, cases } = suite;
  const subject = subjectOf(suite);
  return [
    `  <testsuite name="${escaped(id)}" file="${escaped(file)}" package="${escaped(subject)}" ${
      countsOf(cases)
    }>\n`,
    ...cases.map((it) => caseXml(it, subject)),
    "  </testsuite>\n",
  ].join("");
}

function caseXml(
  { id, at, verdict, execution, checks, problems }: TestedCase,
  subject: string,
): string {
  const head = `    <testcase name="${escaped(id)}" classname="${escaped(subject)}" file="${
    escaped(at.file)
  }" line="${at.line}" time="${seconds(execution?.elapsedMs ?? 0)}"`;
  if (verdict === "passed") return `${head}/>\n`;
  const inside = verdict === "skipped" ? ["      <skipped/>\n"] : [
    ...checks.filter((it) => !it.holds).map(failureXml),
    ...problems.map(({ code, message, at }) =>
      `      <error type="${escaped(code)}" message="${escaped(message)}">${
        at === undefined ? "" : escaped(placeOf(at))
      }</error>\n`
    ),
  ];
  return `${head}>\n${inside.join("")}    </testcase>\n`;
}

function failureXml({ operator, expected, actual, at, message = operator }: TestedCheck): string {
  const text = [
    placeOf(at),
    `expected ${operator} ${JSON.stringify(expected)}`,
    `actual ${JSON.stringify(actual)}`,
  ].join("\n");
  return `      <failure type="${escaped(operator)}" message="${escaped(message)}">${
    escaped(text)
  }</failure>\n`;
}

function countsOf(cases: readonly TestedCase[]): string {
  const count = (verdict: TestedCase["verdict"]) =>
    cases.filter((it) => it.verdict === verdict).length;
  const elapsedMs = cases.reduce((sum, it) => sum + (it.execution?.elapsedMs ?? 0), 0);
  return `tests="${cases.length}" failures="${count("failed")}" errors="${
    count("error")
  }" skipped="${count("skipped")}" time="${seconds(elapsedMs)}"`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
