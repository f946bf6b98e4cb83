import { secondsOfDuration } from "./iso_duration.ts";

/** A text of a type of time in the form that Java gives it, or `undefined` for what is none. */
export type ReadTime = (text: string) => string | undefined;

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/;
const OFFSET = /^(?:Z|([+-])(\d\d):?(\d\d)?)$/i;

/**
 * Reads a day as `LocalDate.parse` does; years have four digits.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readDate } from "./time_values.ts";
 *
 * equal(readDate("2024-02-29"), "2024-02-29");
 * equal(readDate("2023-02-29"), undefined);
 * ```
 */
export const readDate: ReadTime = (text) => {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  const days = daysOf(Number(year), Number(month));
  return days !== undefined && Number(day) >= 1 && Number(day) <= days ? text : undefined;
};

/** Reads a time of day as `LocalTime.parse` does. Seconds are written even where they are none. */
export const readTime: ReadTime = (text) => {
  const [, hour, minute, second = "00", fraction = ""] = TIME.exec(text) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return undefined;
  }
  return `${hour}:${minute}:${second}${fractionOf(fraction)}`;
};

/**
 * Reads a moment as `Instant.parse` does: with its offset, which goes into the moment.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readDateTime } from "./time_values.ts";
 *
 * equal(readDateTime("2024-01-01T01:00:00.500+02:00"), "2023-12-31T23:00:00.500Z");
 * equal(readDateTime("2024-01-01T01:00:00"), undefined);
 * ```
 */
export const readDateTime: ReadTime = (text) => {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-][\d:]+)$/i.exec(
    text,
  );
  if (parts === null) return undefined;
  const [, day, clock, fraction = "", zone] = parts;
  const offset = OFFSET.exec(zone!);
  const time = readTime(clock!);
  if (readDate(day!) === undefined || time === undefined || offset === null) return undefined;
  const [, sign, hours = "0", minutes = "0"] = offset;
  if (Number(hours) > 18 || Number(minutes) > 59) return undefined;
  const ahead = (Number(hours) * 3600 + Number(minutes) * 60) * (sign === "-" ? -1 : 1);
  const moment = momentOf(Date.parse(`${day}T${time}Z`) / 1000 - ahead);
  return moment && `${moment}${fractionOf(fraction)}Z`;
};

/** Seconds since 1970 as date and time; `undefined` where a year has not four digits. */
function momentOf(seconds: number): string | undefined {
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  // Counted from a first of March, so that the day which years may have or not is their last.
  const since = days + 719_468;
  const era = Math.floor(since / 146_097);
  const dayOfEra = since - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  if (year < 0 || year > 9999) return undefined;
  const two = (it: number) => String(it).padStart(2, "0");
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const clock = [rest / 3600, rest % 3600 / 60, rest % 60].map((it) => two(Math.floor(it)));
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${clock.join(":")}`;
}

/** How a moment, a day or a time of day is compared: as text, which sorts as it passes. */
export function comparableTime(text: string): string {
  return text.replace(/Z$/, "");
}

/** How a duration is compared, in seconds. */
export function comparableDuration(text: string): number {
  return secondsOfDuration(text) ?? Number.NaN;
}

/** None, three, six or nine digits, as Java writes them. */
function fractionOf(digits: string): string {
  const bare = digits.replace(/0+$/, "");
  if (bare === "") return "";
  return `.${bare.padEnd(Math.ceil(bare.length / 3) * 3, "0")}`;
}

function daysOf(year: number, month: number): number | undefined {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}
