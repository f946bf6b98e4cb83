import type { Diagnostic } from "../model/diagnostic.ts";
import { diagnosticJson } from "../report/diagnostic_json.ts";
import { printable } from "../report/printable.ts";
import { renderDiagnostics, type Texts } from "../report/render_diagnostics.ts";
import { makeStyle } from "../report/style.ts";
import type { LogFormat } from "./log_format.ts";

/** Everything that is said about the answer, on stderr. */
export interface Log {
  /** Errors and warnings. They are said whatever `--quiet` asks. */
  readonly tell: (diagnostics: readonly Diagnostic[]) => void;
  /** What is worth knowing and asks for nothing; `--quiet` leaves it out. */
  readonly note: (code: Diagnostic["code"], message: string) => void;
}

/** What a log is made of. */
export interface LogTarget {
  readonly err: (text: string) => void;
  readonly colour: { readonly err: boolean };
  readonly texts: Texts;
}

/** @param quiet Leaves notes out. */
export function makeLog(
  { err, colour, texts }: LogTarget,
  { format, quiet }: { readonly format: LogFormat; readonly quiet: boolean },
): Log {
  return {
    tell(diagnostics) {
      const text = format === "json"
        ? diagnostics.map((it) => diagnosticJson(it.severity, it)).join("")
        : renderDiagnostics(diagnostics, texts, makeStyle(colour.err));
      if (text !== "") err(text);
    },
    note(code, message) {
      if (quiet) return;
      err(
        format === "json" ? diagnosticJson("info", { code, message }) : `${printable(message)}\n`,
      );
    },
  };
}
