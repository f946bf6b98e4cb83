const DURATION =
  /^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/i;

/**
 * Reads an ISO 8601 duration as Java's `Duration.parse` does, without signs.
 *
 * @param text `PT30S`, `PT1H30M`, `P1DT12H`.
 * @returns Milliseconds, or `undefined` when the text is no such duration.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { parseDuration } from "./parse_duration.ts";
 *
 * equal(parseDuration("PT1M0.5S"), 60_500);
 * equal(parseDuration("30s"), undefined);
 * ```
 */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text.trim());
  if (parts === null || parts.slice(1).every((it) => it === undefined)) return undefined;
  if (/T$/i.test(text.trim())) return undefined;
  const [days, hours, minutes, seconds] = parts.slice(1).map((it) => Number(it ?? 0));
  return Math.round((((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1000);
}
