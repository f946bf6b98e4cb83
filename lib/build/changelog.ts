import { buildFailure } from "./build_failure.ts";

/** What a changelog says of one version. */
export interface Section {
  /** The text below the heading, one newline at its end. */
  readonly text: string;
  /** `YYYY-MM-DD`, or `undefined` while it says "unreleased". */
  readonly date: string | undefined;
}

const HEADING = /^## (\S+)(?: \((unreleased|\d{4}-\d\d-\d\d)\))?$/;

/**
 * Finds the section of a version, which must be the first one.
 *
 * @param changelog Markdown; each version has a heading `## 1.2.3 (YYYY-MM-DD)`, newest first,
 * or `## 1.2.3 (unreleased)`.
 * @throws {StageError} If the first section is of another version, or says nothing.
 */
export function changelogSection(changelog: string, version: string): Section {
  const lines = changelog.split(/\r?\n/);
  const start = lines.findIndex((it) => it.startsWith("## "));
  const heading = HEADING.exec(lines[start] ?? "");
  if (heading === null) {
    throw buildFailure(
      "changelog",
      start === -1
        ? "Cannot release: CHANGELOG.md has no section of any version"
        : `Cannot release: CHANGELOG.md has "${lines[start]}" where a version should stand`,
      `Write a heading "## ${version} (YYYY-MM-DD)", or "(unreleased)"`,
    );
  }
  if (heading[1] !== version) {
    throw buildFailure(
      "changelog",
      `Cannot release ${version}: CHANGELOG.md begins with ${heading[1]}`,
      "The version in deno.json and the first section must be the same",
    );
  }
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((it) => it.startsWith("## "));
  const text = rest.slice(0, end === -1 ? undefined : end).join("\n").trim();
  if (text === "") {
    throw buildFailure(
      "changelog",
      `Cannot release ${version}: its section in CHANGELOG.md is empty`,
      "Say there what changed",
    );
  }
  return { text: `${text}\n`, date: heading[2] === "unreleased" ? undefined : heading[2] };
}
