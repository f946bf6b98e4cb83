import { createHash } from "node:crypto";
import type { Diagnostic, RulePage, Source } from "../model/mod.ts";
import type { Findings } from "./check_text.ts";
import type { Texts } from "./render_diagnostics.ts";
import { safeJson } from "./safe_json.ts";

/** What the findings are shown with. */
export interface SarifParts {
  readonly texts: Texts;
  /** Rules with a page; of what is found beside them the code is all there is to say. */
  readonly rules: readonly RulePage[];
  readonly version: string;
}

/**
 * Findings as SARIF 2.1.0 (OASIS): one run, a result for each finding, and what comments take out as a
 * suppressed one.
 *
 * Columns count units of UTF-16, as everywhere here. Files are named relative to where the command runs,
 * `-` and absolute ones as they are.
 */
export function checkSarif(
  files: readonly Findings[],
  { texts, rules, version }: SarifParts,
): string {
  const all = files.flatMap(({ file, diagnostics, ignored }) => [
    ...diagnostics.map((it) => ({ it, file, reason: undefined })),
    ...ignored.map((it) => ({ it, file, reason: it.reason })),
  ]);
  const codes = [...new Set(all.map(({ it }) => it.code))].toSorted();
  const seen = new Map<string, number>();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "bulkhead",
          semanticVersion: version,
          rules: codes.map((code) => ruleOf(code, rules, all.map(({ it }) => it))),
        },
      },
      columnKind: "utf16CodeUnits",
      results: all.map(({ it, file, reason }) => {
        const fingerprint = fingerprintOf(it, file, texts);
        const nth = (seen.get(fingerprint) ?? 0) + 1;
        seen.set(fingerprint, nth);
        return {
          ruleId: it.code,
          ruleIndex: codes.indexOf(it.code),
          level: it.severity,
          message: { text: it.help === undefined ? it.message : `${it.message}. ${it.help}` },
          locations: [{ physicalLocation: locationOf(it.at ?? { file }) }],
          ...(it.related !== undefined && it.related.length > 0 && {
            relatedLocations: it.related.map(({ message, at }) => ({
              physicalLocation: locationOf(at),
              message: { text: message },
            })),
          }),
          partialFingerprints: { "codeAndLine/v1": `${fingerprint}:${nth}` },
          ...(it.fix !== undefined && { fixes: [fixOf(it.fix)] }),
          ...(reason !== undefined && {
            suppressions: [{ kind: "inSource", status: "accepted", justification: reason }],
          }),
        };
      }),
    }],
  };
  return `${safeJson(log, 2)}\n`;
}

function ruleOf(code: string, rules: readonly RulePage[], found: readonly Diagnostic[]) {
  const rule = rules.find((it) => it.code === code);
  const level = rule?.severity ?? found.find((it) => it.code === code)!.severity;
  return {
    id: code,
    defaultConfiguration: { level },
    ...(rule !== undefined && {
      shortDescription: { text: rule.title },
      fullDescription: { text: rule.why },
      help: {
        text: `${rule.why}\n\nBad:\n\n${rule.bad}\nGood:\n\n${rule.good}`,
        markdown:
          `${rule.why}\n\nBad:\n\n\`\`\`yaml\n${rule.bad}\`\`\`\n\nGood:\n\n\`\`\`yaml\n${rule.good}\`\`\`\n`,
      },
    }),
  };
}

function locationOf({ file, line, column }: Partial<Source> & Pick<Source, "file">) {
  return {
    artifactLocation: { uri: uriOf(file) },
    ...(line !== undefined && { region: { startLine: line, startColumn: column } }),
  };
}

/** A relative reference, or a `file:` URI; a first segment with a colon would be taken for a scheme. */
function uriOf(file: string): string {
  const path = file.split("/").map(encodeURIComponent).join("/");
  return file.startsWith("/") ? `file://${path}` : path.replace(/^(?:\.\/)+/, "");
}

/** The same as long as the line is, wherever it moves to. */
function fingerprintOf({ code, at }: Diagnostic, file: string, texts: Texts): string {
  const line = at === undefined ? "" : texts.get(at.file)?.split("\n")[at.line - 1]?.trim() ?? "";
  const text = [code, at?.file ?? file, line].join("\0");
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function fixOf({ title, edits }: NonNullable<Diagnostic["fix"]>) {
  const byFile = Map.groupBy(edits, (it) => it.at.file);
  return {
    description: { text: title },
    artifactChanges: [...byFile].map(([file, edits]) => ({
      artifactLocation: { uri: uriOf(file) },
      replacements: edits.map(({ at, end, text }) => ({
        deletedRegion: {
          startLine: at.line,
          startColumn: at.column,
          endLine: end.line,
          endColumn: end.column,
        },
        insertedContent: { text },
      })),
    })),
  };
}
