const DURATION =
  /^([+-]?)P(?:([+-]?\d{1,9})D)?(T(?:([+-]?\d{1,9})H)?(?:([+-]?\d{1,9})M)?(?:([+-]?)(\d{1,9})(?:\.(\d{0,9}))?S)?)?$/i;

/** Nanoseconds of a duration as `Duration.parse` reads it, signs included. */
function nanosOf(text: string): bigint | undefined {
  const parts = DURATION.exec(text);
  if (parts === null) return undefined;
  const [, sign, days, time, hours, minutes, secondSign, seconds, fraction = ""] = parts;
  const given = [days, hours, minutes, seconds];
  if (given.every((it) => it === undefined) || time?.toUpperCase() === "T") return undefined;
  const whole = BigInt(days ?? 0) * 86_400n + BigInt(hours ?? 0) * 3_600n +
    BigInt(minutes ?? 0) * 60n;
  const part = BigInt(seconds ?? 0) * NANOS + BigInt(fraction.padEnd(9, "0"));
  const nanos = whole * NANOS + (secondSign === "-" ? -part : part);
  return sign === "-" ? -nanos : nanos;
}

const NANOS = 1_000_000_000n;

/** Seconds of a duration, or `undefined` when the text is none. */
export function secondsOfDuration(text: string): number | undefined {
  const nanos = nanosOf(text);
  return nanos === undefined ? undefined : Number(nanos) / 1e9;
}

/**
 * Reads a duration as Java's `Duration.parse` does, and writes it as `Duration.toString` does: in
 * hours, minutes and seconds.
 *
 * @returns `undefined` when the text is none.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readDuration } from "./iso_duration.ts";
 *
 * equal(readDuration("P1DT90S"), "PT24H1M30S");
 * equal(readDuration("pt0.50s"), "PT0.5S");
 * equal(readDuration("30s"), undefined);
 * ```
 */
export function readDuration(text: string): string | undefined {
  const nanos = nanosOf(text);
  if (nanos === undefined) return undefined;
  if (nanos === 0n) return "PT0S";
  const whole = nanos / NANOS;
  const [hours, minutes, seconds] = [whole / 3_600n, whole % 3_600n / 60n, whole % 60n];
  const rest = nanos % NANOS;
  const fraction = String(rest < 0n ? -rest : rest).padStart(9, "0").replace(/0+$/, "");
  const secondText = `${rest < 0n && seconds === 0n ? "-" : ""}${seconds}${
    fraction && `.${fraction}`
  }`;
  return [
    "PT",
    hours === 0n ? "" : `${hours}H`,
    minutes === 0n ? "" : `${minutes}M`,
    secondText === "0" ? "" : `${secondText}S`,
  ].join("");
}
