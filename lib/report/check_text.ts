import type { Diagnostic } from "../model/mod.ts";
import { renderDiagnostics, type Texts } from "./render_diagnostics.ts";
import { safeJson } from "./safe_json.ts";
import type { Style } from "./style.ts";

/** The findings of one file. */
export interface Findings {
  readonly file: string;
  readonly kind: string;
  readonly diagnostics: readonly Diagnostic[];
  /** What comments take out, with the reasons that they give. */
  readonly ignored: readonly (Diagnostic & { readonly reason: string })[];
}

/** Findings for a person, and how many there are in the last line. */
export function checkText(files: readonly Findings[], texts: Texts, style: Style): string {
  const { errors, warnings, ignored } = countsOf(files);
  return files.map((it) => renderDiagnostics(it.diagnostics, texts, style)).join("") +
    `${counted(files.length, "file")}, ${counted(errors, "error")}, ${
      counted(warnings, "warning")
    }${ignored === 0 ? "" : `, ${ignored} ignored`}\n`;
}

/** Findings as one JSON document, `v: 1`; its shape is part of the interface. */
export function checkJson(files: readonly Findings[]): string {
  const shown = files.map(({ file, kind, diagnostics, ignored }) => ({
    file,
    kind,
    diagnostics,
    ...(ignored.length > 0 && { ignored }),
  }));
  return `${safeJson({ v: 1, ...countsOf(files), files: shown }, 2)}\n`;
}

function countsOf(files: readonly Findings[]) {
  const all = files.flatMap((it) => it.diagnostics);
  const errors = all.filter((it) => it.severity === "error").length;
  const ignored = files.reduce((sum, it) => sum + it.ignored.length, 0);
  return { errors, warnings: all.length - errors, ignored };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
