import project from "../../deno.json" with { type: "json" };
import { ENVIRONMENT } from "./environment.ts";
import { EXIT_MEANINGS, ExitCode, type ExitName } from "./exit_code.ts";
import { FILES } from "./files.ts";
import { exitsOf, optionHead } from "./help_text.ts";
import type { Sheet } from "./load_sheets.ts";
import { EVERYWHERE } from "./tables/shared_options.ts";

/** When the page was last worded anew; the same sources give the same page. */
const DATE = "2026-11-26";

/**
 * The manual page, in the macros of man(7).
 *
 * @returns roff in ASCII, ending in a newline.
 */
export function manPage(sheets: readonly Sheet[]): string {
  const examples = sheets.flatMap((it) => it.table.examples);
  return [
    `.TH BULKHEAD 1 ${DATE} "bulkhead ${project.version}"`,
    ".SH NAME",
    "bulkhead \\- run workflow tasks under worker\\-isolation policies",
    ".SH SYNOPSIS",
    ...sheets.flatMap(({ name, table }, i) => [
      ...(i === 0 ? [] : [".br"]),
      `.B bulkhead ${text(name)}`,
      text(table.synopsis),
    ]),
    ".SH DESCRIPTION",
    text(
      "Flows in Kestra's YAML are run under policies in the words of Kestra's configuration. " +
        "stdout is the answer, stderr everything about it.",
    ),
    text("A FLOW or a policy that is called - is read from standard input."),
    text("Policies form a chain, outermost first: a later one can only tighten."),
    ".SH COMMANDS",
    ...sheets.flatMap(sectionOf),
    ".SH OPTIONS",
    "Every command takes these:",
    ...optionsOf(EVERYWHERE),
    ".TP",
    ".B bulkhead \\-V, \\-\\-version",
    "Print the version.",
    ".SH EXIT STATUS",
    ...(Object.entries(EXIT_MEANINGS) as [ExitName, string][])
      .map(([name, meaning]) => [ExitCode[name], meaning] as const)
      .toSorted(([a], [b]) => a - b)
      .flatMap(([code, meaning]) => tagged(String(code), sentence(meaning))),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(({ name, about }) => tagged(name, sentence(about))),
    ".SH FILES",
    ...FILES.flatMap(({ name, about }) => tagged(name, sentence(about))),
    ".SH EXAMPLES",
    ".EX",
    ...examples.map(text),
    ".EE",
  ].map((it) => `${it}\n`).join("");
}

function sectionOf({ name, summary, table }: Sheet): string[] {
  const own = Object.entries(table.options)
    .filter(([long, it]) => it.about !== (EVERYWHERE as typeof table.options)[long]?.about);
  const exits = exitsOf(table).map(([code, meaning]) => `${code} ${meaning}`).join(", ");
  return [
    `.SS bulkhead ${text(name)} ${text(table.synopsis)}`,
    sentence(summary),
    ...optionsOf(Object.fromEntries(own)),
    ...(table.notes ?? []).flatMap((it) => [".PP", text(it)]),
    ".PP",
    text(`Exits with ${exits}.`),
  ];
}

function optionsOf(options: Sheet["table"]["options"]): string[] {
  return Object.entries(options).flatMap(([long, it]) =>
    tagged(optionHead(long, it), sentence(it.about))
  );
}

function tagged(head: string, body: string): string[] {
  return [".TP", `.B ${text(head)}`, body];
}

function sentence(words: string): string {
  return text(`${words.charAt(0).toUpperCase()}${words.slice(1)}.`);
}

/** Text as roff prints it: what would be a request, an escape or another hyphen is escaped. */
function text(words: string): string {
  const escaped = words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll('"', "\\(dq")
    .replace(
      /[^\x20-\x7e]/gu,
      (it) => `\\[u${it.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`,
    );
  return escaped.startsWith(".") ? `\\&${escaped}` : escaped;
}
