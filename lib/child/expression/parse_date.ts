import { type Letter, parsePattern, type PatternPart } from "./date_pattern.ts";
import { Fault, quote } from "./fault.ts";
import { kindOf, type Value } from "./value.ts";

const ISO =
  /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(Z|[+-]\d\d(?::?\d\d)?)?(?:\[([\w/+-]{1,60})\])?$/;

/**
 * Reads a moment as Kestra's date filters do: seconds since 1970, or text in ISO 8601, or text
 * in a given format. A date without a time begins its day; without an offset it is in `zone`.
 *
 * @param zone As in {@linkcode parseZone}.
 * @param format A pattern of Java's `DateTimeFormatter` or one of Kestra's names.
 */
export function parseDate(value: Value, zone: string, format?: string): Temporal.ZonedDateTime {
  if (Number.isSafeInteger(value)) {
    const seconds = value as number;
    try {
      return Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(zone);
    } catch {
      throw new Fault(`${seconds} seconds is no date`);
    }
  }
  if (typeof value !== "string") throw new Fault(`it needs a date, not ${kindOf(value)}`);
  try {
    if (format === undefined) return parseIso(value, zone);
    const text = format === "rfc_1123_date_time" ? value.replace(/GMT$/, "Z") : value;
    return parseAs(text, parsePattern(format), zone);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(
      `${quote(value)} is not a date${
        format === undefined ? "" : ` in the format ${quote(format)}`
      }`,
      format === undefined ? "Give its format: existingFormat='…'" : undefined,
    );
  }
}

function parseIso(text: string, zone: string): Temporal.ZonedDateTime {
  const [, date, time, offset, named] = ISO.exec(text) ?? [];
  if (date === undefined) throw new RangeError("not ISO 8601");
  if (offset === undefined) {
    if (named !== undefined) throw new RangeError("a zone without an offset");
    return Temporal.PlainDateTime.from(`${date}T${time ?? "00:00"}`).toZonedDateTime(zone);
  }
  if (time === undefined) throw new RangeError("an offset without a time");
  return Temporal.Instant.from(`${date}T${time}${offset}`)
    .toZonedDateTimeISO(named ?? (offset === "Z" ? "UTC" : offset));
}

/** What has been read so far. */
interface Fields {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
  millisecond?: number;
  microsecond?: number;
  nanosecond?: number;
  offset?: string;
  half?: "AM" | "PM";
}

function parseAs(
  text: string,
  parts: readonly PatternPart[],
  zone: string,
): Temporal.ZonedDateTime {
  const fields: Fields = {};
  let at = 0;
  for (const part of parts) {
    if (part.kind === "text") {
      if (!text.startsWith(part.text, at)) throw new RangeError("other text");
      at += part.text.length;
      continue;
    }
    const pattern = readerOf(part.letter, part.count);
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) throw new RangeError("another field");
    assign(fields, part.letter, found);
    at += found.length;
  }
  if (at !== text.length) throw new RangeError("more text");
  const { offset, half, ...rest } = fields;
  if (half !== undefined) rest.hour = (rest.hour ?? 0) % 12 + (half === "PM" ? 12 : 0);
  const { year, month, day } = rest;
  if (year === undefined || month === undefined || day === undefined) {
    throw new Fault("the format gives no year, month and day");
  }
  const moment = Temporal.PlainDateTime.from({ ...rest, year, month, day }, { overflow: "reject" });
  return moment.toZonedDateTime(offset === undefined ? zone : offset === "Z" ? "UTC" : offset);
}

function readerOf(letter: Letter, count: number): RegExp {
  switch (letter) {
    case "M":
    case "L":
      return count < 3 ? digits(count) : /[A-Za-z]{3,9}/y;
    case "E":
      return /[A-Za-z]{3,9}/y;
    case "a":
      return /AM|PM/y;
    case "X":
    case "x":
    case "Z":
      return /Z|[+-]\d\d:?(?:\d\d)?/y;
    case "V":
    case "n":
    case "D":
      throw new Fault(`"${letter.repeat(count)}" is not supported in "existingFormat"`);
    default:
      return digits(count);
  }
}

/** One letter takes as many digits as there are, more letters exactly so many. */
function digits(count: number): RegExp {
  return count === 1 ? /\d{1,9}/y : new RegExp(`\\d{${count}}`, "y");
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

function assign(fields: Fields, letter: Letter, found: string): void {
  switch (letter) {
    case "y":
    case "u":
      fields.year = found.length === 2 ? 2000 + Number(found) : Number(found);
      return;
    case "M":
    case "L": {
      const named = MONTHS.indexOf(found.slice(0, 3).toLowerCase()) + 1;
      fields.month = named || Number(found);
      return;
    }
    case "d":
      fields.day = Number(found);
      return;
    case "a":
      fields.half = found === "PM" ? "PM" : "AM";
      return;
    case "H":
    case "h":
      fields.hour = Number(found);
      return;
    case "m":
      fields.minute = Number(found);
      return;
    case "s":
      fields.second = Number(found);
      return;
    case "S": {
      const nanoseconds = found.padEnd(9, "0");
      fields.millisecond = Number(nanoseconds.slice(0, 3));
      fields.microsecond = Number(nanoseconds.slice(3, 6));
      fields.nanosecond = Number(nanoseconds.slice(6));
      return;
    }
    case "X":
    case "x":
    case "Z":
      fields.offset = found;
  }
}
