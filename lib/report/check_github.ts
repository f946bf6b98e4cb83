import type { Findings } from "./check_text.ts";
import { printable } from "./printable.ts";

/**
 * Findings as workflow commands of GitHub Actions, a line each: they become annotations of a pull
 * request. What is ignored is left out.
 *
 * Source: "Workflow commands for GitHub Actions". A value of a property has `:` and `,` escaped too.
 */
export function checkGithub(files: readonly Findings[]): string {
  return files.flatMap(({ file, diagnostics }) =>
    diagnostics.map(({ code, severity, message, at, help }) => {
      const place = at === undefined
        ? [["file", fromHere(file)]]
        : [["file", fromHere(at.file)], ["line", at.line], ["col", at.column]];
      const properties = [...place, ["title", code]]
        .map(([name, value]) => `${name}=${property(String(value))}`).join(",");
      const text = help === undefined ? message : `${message}\nhelp: ${help}`;
      return `::${severity} ${properties}::${data(text)}\n`;
    })
  ).join("");
}

/** GitHub compares names with those of the pull request, letter by letter. */
function fromHere(file: string): string {
  return file.replace(/^(?:\.\/)+/, "");
}

function data(text: string): string {
  const lines = text.split("\n").map(printable).join("\n");
  return lines.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
