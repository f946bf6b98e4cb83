import { type Letter, parsePattern } from "./date_pattern.ts";
import { Fault, quote } from "./fault.ts";

const DEFAULT_LOCALE = "en";

/**
 * Formats a moment as Kestra's `date` does.
 *
 * @param format A pattern of Java's `DateTimeFormatter` or one of Kestra's names.
 * @param locale For names of months and days, as `fr` or `fr_CA`; English when absent.
 */
export function formatDate(
  moment: Temporal.ZonedDateTime,
  format: string,
  locale: string = DEFAULT_LOCALE,
): string {
  const named = NAMED.get(format);
  if (named !== undefined) return named(moment);
  const text = parsePattern(format)
    .map((it) => it.kind === "text" ? it.text : formatField(moment, it.letter, it.count, locale))
    .join("");
  return format === "rfc_1123_date_time" ? text.replace(/Z$/, "GMT") : text;
}

/** Kestra's named formats that print only as much of a fraction as there is. */
const NAMED: ReadonlyMap<string, (moment: Temporal.ZonedDateTime) => string> = new Map([
  ["iso_local_time", (it) => shortTime(it)],
  ["iso_offset_time", (it) => shortTime(it) + offset(it, ":", "Z")],
  ["iso_time", (it) => shortTime(it) + offset(it, ":", "Z")],
  ["iso_local_date_time", (it) => shortDateTime(it)],
  ["iso_date_time", (it) => shortDateTime(it) + zone(it)],
  ["iso_zoned_date_time", (it) => shortDateTime(it) + zone(it)],
  ["iso_instant", (it) => {
    const digits = Math.ceil(fraction(it).replace(/0+$/, "").length / 3) * 3;
    const utc = it.withTimeZone("UTC").toPlainDateTime();
    return `${utc.toString({ fractionalSecondDigits: digits as 0 | 3 | 6 | 9 })}Z`;
  }],
]);

function shortTime(moment: Temporal.ZonedDateTime): string {
  return moment.toPlainTime().toString();
}

function shortDateTime(moment: Temporal.ZonedDateTime): string {
  return moment.toPlainDateTime().toString();
}

function zone(moment: Temporal.ZonedDateTime): string {
  const isNamed = /[A-Za-z]/.test(moment.timeZoneId);
  return offset(moment, ":", "Z") + (isNamed ? `[${moment.timeZoneId}]` : "");
}

function formatField(
  moment: Temporal.ZonedDateTime,
  letter: Letter,
  count: number,
  locale: string,
): string {
  const padded = (value: number) => String(value).padStart(count, "0");
  switch (letter) {
    case "y":
    case "u":
      return count === 2 ? pad(moment.year % 100, 2) : padded(moment.year);
    case "M":
    case "L":
      return count < 3
        ? padded(moment.month)
        : spell(moment, { month: count === 3 ? "short" : "long" }, locale);
    case "d":
      return padded(moment.day);
    case "D":
      return padded(moment.dayOfYear);
    case "E":
      return spell(moment, { weekday: count === 4 ? "long" : "short" }, locale);
    case "a":
      return moment.hour < 12 ? "AM" : "PM";
    case "H":
      return padded(moment.hour);
    case "h":
      return padded(moment.hour % 12 || 12);
    case "m":
      return padded(moment.minute);
    case "s":
      return padded(moment.second);
    case "S":
      return fraction(moment).slice(0, count);
    case "n":
      return padded(Number(fraction(moment)));
    case "X":
      return offset(moment, count === 3 ? ":" : "", "Z", count);
    case "x":
      return offset(moment, count === 3 ? ":" : "", undefined, count);
    case "Z":
      return offset(moment, "", undefined);
    case "V":
      return moment.timeZoneId;
  }
}

function spell(
  moment: Temporal.ZonedDateTime,
  part: Intl.DateTimeFormatOptions,
  locale: string,
): string {
  try {
    const names = new Intl.DateTimeFormat(locale.replaceAll("_", "-"), {
      ...part,
      timeZone: "UTC",
    });
    return names.format(Date.UTC(moment.year, moment.month - 1, moment.day));
  } catch {
    throw new Fault(`unknown locale ${quote(locale)}`);
  }
}

/** Nine digits. */
function fraction(moment: Temporal.ZonedDateTime): string {
  return pad(moment.millisecond, 3) + pad(moment.microsecond, 3) + pad(moment.nanosecond, 3);
}

/** With one letter, minutes only when there are some: `+01`. */
function offset(
  moment: Temporal.ZonedDateTime,
  separator: string,
  zero: string | undefined,
  letters = 3,
): string {
  const [sign, hours, minutes] = [
    moment.offset[0]!,
    moment.offset.slice(1, 3),
    moment.offset.slice(4, 6),
  ];
  if (zero !== undefined && moment.offsetNanoseconds === 0) return zero;
  return sign + hours + (letters === 1 && minutes === "00" ? "" : separator + minutes);
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
