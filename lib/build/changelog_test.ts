import { deepEqual, match, throws } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { changelogSection } from "./changelog.ts";

const CHANGELOG = `# Changes

## 1.2.0 (2026-11-30)

New.

- one

## 1.1.0 (2026-10-01)

Old.
`;

Deno.test("changelogSection() finds what is said of the version, and its date", () => {
  deepEqual(changelogSection(CHANGELOG, "1.2.0"), { text: "New.\n\n- one\n", date: "2026-11-30" });
  deepEqual(changelogSection("## 1.0.0 (unreleased)\r\n\r\nFirst.\r\n", "1.0.0"), {
    text: "First.\n",
    date: undefined,
  });
  deepEqual(changelogSection("## 1.0.0\nFirst.", "1.0.0").date, undefined);
});

Deno.test.each([
  { name: "of another version", text: CHANGELOG, version: "1.1.0", fact: /begins with 1\.2\.0/ },
  { name: "without a section", text: "# Changes\n", version: "1.1.0", fact: /no section/ },
  { name: "without a word", text: "## 1.1.0\n\n## 1.0.0\n\na\n", version: "1.1.0", fact: /empty/ },
  {
    name: "of no version",
    text: "## New things\n\na\n",
    version: "1.1.0",
    fact: /"## New things"/,
  },
  { name: "with another date", text: "## 1.1.0 (soon)\n\na\n", version: "1.1.0", fact: /\(soon\)/ },
])("changelogSection() refuses a changelog $name", ({ text, version, fact }) => {
  throws(() => changelogSection(text, version), (error) => {
    if (!(error instanceof StageError)) throw error;
    match(error.message, fact);
    return error.diagnostics[0]!.code === "build/changelog";
  });
});
