import type { Diagnostic } from "../model/mod.ts";
import type { Findings } from "./check_text.ts";
import { escapeXml } from "./escape_xml.ts";
import { placeOf } from "./render_diagnostics.ts";

/**
 * Findings as JUnit's XML: a suite for each file, and a case for each finding, failed; a file without
 * findings is a case that passed. A warning is a case that passed with words, so that only what ends
 * with 1 fails there too; what is ignored is skipped.
 *
 * @returns A document ending in a newline.
 */
export function checkJunit(files: readonly Findings[]): string {
  const all = files.flatMap((it) => casesOf(it));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<testsuites name="bulkhead check" ${countsOf(all)}>\n`,
    ...files.map((it) => {
      const cases = casesOf(it);
      const file = escapeXml(it.file);
      return `  <testsuite name="${file}" file="${file}" ${countsOf(cases)}>\n` +
        `${cases.map((it) => it.xml).join("")}  </testsuite>\n`;
    }),
    "</testsuites>\n",
  ].join("");
}

interface Case {
  readonly verdict: "passed" | "failed" | "skipped";
  readonly xml: string;
}

function casesOf({ file, kind, diagnostics, ignored }: Findings): readonly Case[] {
  const attributes = (name: string, at: Diagnostic["at"]) =>
    `name="${escapeXml(name)}" classname="${escapeXml(file)}" file="${
      escapeXml(at?.file ?? file)
    }"${at === undefined ? "" : ` line="${at.line}"`} time="0"`;
  const cases = [
    ...diagnostics.map((it): Case => {
      const place = it.at === undefined ? "" : placeOf(it.at);
      const text = [place, it.message, it.help ?? ""].filter((it) => it !== "").join("\n");
      const name = it.at === undefined ? it.code : `${it.code} ${it.at.line}:${it.at.column}`;
      const inside = it.severity === "error"
        ? `<failure type="${it.code}" message="${escapeXml(it.message)}">${
          escapeXml(text)
        }</failure>`
        : `<system-out>${escapeXml(`warning: ${text}`)}</system-out>`;
      return {
        verdict: it.severity === "error" ? "failed" : "passed",
        xml: `    <testcase ${attributes(name, it.at)}>${inside}</testcase>\n`,
      };
    }),
    ...ignored.map((it): Case => ({
      verdict: "skipped",
      xml: `    <testcase ${attributes(`${it.code} ${it.at?.line}:${it.at?.column}`, it.at)}>` +
        `<skipped message="${escapeXml(it.reason)}"/></testcase>\n`,
    })),
  ];
  return cases.length > 0
    ? cases
    : [{ verdict: "passed", xml: `    <testcase ${attributes(kind, undefined)}/>\n` }];
}

function countsOf(cases: readonly Case[]): string {
  const count = (verdict: Case["verdict"]) => cases.filter((it) => it.verdict === verdict).length;
  return `tests="${cases.length}" failures="${count("failed")}" errors="0" skipped="${
    count("skipped")
  }" time="0"`;
}
