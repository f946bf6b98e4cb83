import type { Diagnostic } from "../model/mod.ts";
import { safeJson } from "./safe_json.ts";

/**
 * One diagnostic or note as one line of JSON, `v: 1`; its shape is part of the interface.
 *
 * @param level `info` is a note: nothing is wrong, and nobody has to act.
 * @returns The line with its newline.
 */
export function diagnosticJson(
  level: Diagnostic["severity"] | "info",
  { code, message, at, related, help }: Omit<Diagnostic, "severity">,
): string {
  return `${
    safeJson({
      v: 1,
      level,
      code,
      message,
      ...(at && { at }),
      ...(related && { related }),
      ...(help !== undefined && { help }),
    })
  }\n`;
}
