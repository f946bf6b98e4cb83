import { type Arguments, type Callable, textArgument, wholeArgument } from "./callable.ts";
import { Fault, quote } from "./fault.ts";
import { formatDate } from "./format_date.ts";
import { parseDate } from "./parse_date.ts";
import type { Value } from "./value.ts";

/** What `date` and `now` take. */
export const DATE_PARAMETERS = ["format?", "timeZone?", "existingFormat?", "locale?"] as const;

const BILLION = 1_000_000_000n;

/** Filters over moments. All give null for null. */
export const DATE_FILTERS: readonly (readonly [string, Callable])[] = [
  [
    "date",
    define(DATE_PARAMETERS, (input, args) => formatMoment(read(input, args[1], args[2]), args)),
  ],
  ["dateAdd", define(["amount", "unit", ...DATE_PARAMETERS], dateAdd)],
  [
    "timestamp",
    define(
      ["timeZone?", "existingFormat?"],
      (input, [timeZone, format]) =>
        Math.floor(read(input, timeZone, format).epochMilliseconds / 1000),
    ),
  ],
  [
    "timestampMilli",
    define(
      ["timeZone?", "existingFormat?"],
      (input, [timeZone, format]) => read(input, timeZone, format).epochMilliseconds,
    ),
  ],
  [
    "timestampMicro",
    define(["timeZone?", "existingFormat?"], (input, [timeZone, format]) => {
      // As Kestra: the nanoseconds of the whole seconds, and the microseconds of the rest.
      const nanos = read(input, timeZone, format).epochNanoseconds;
      const rest = ((nanos % BILLION) + BILLION) % BILLION;
      return String(nanos - rest + rest / 1_000n);
    }),
  ],
  [
    "timestampNano",
    define(
      ["timeZone?", "existingFormat?"],
      (input, [timeZone, format]) => String(read(input, timeZone, format).epochNanoseconds),
    ),
  ],
  [
    "dateFormat",
    define(DATE_PARAMETERS, (input, args) => formatMoment(read(input, args[1], args[2]), args)),
  ],
];

function define(
  parameters: readonly string[],
  change: (input: Value, args: Arguments) => Value,
): Callable {
  return {
    parameters,
    call: (input, args) => input === null ? null : change(input, args),
  };
}

/** Formats for the arguments of {@linkcode DATE_PARAMETERS}; `iso` and UTC when absent. */
export function formatMoment(moment: Temporal.ZonedDateTime, args: Arguments): string {
  const [format, timeZone, _, locale] = args;
  const at = moment.withTimeZone(zoneArgument(timeZone));
  return formatDate(at, optionalText("format", format) ?? "iso", optionalText("locale", locale));
}

/** An IANA name or an offset; UTC when absent. */
export function zoneArgument(value: Value | undefined): string {
  const zone = optionalText("timeZone", value) ?? "UTC";
  const id = zone === "Z" || zone === "GMT" ? "UTC" : zone;
  try {
    return new Temporal.ZonedDateTime(0n, id).timeZoneId;
  } catch {
    throw new Fault(`unknown time zone ${quote(zone)}`);
  }
}

function read(
  input: Value,
  timeZone: Value | undefined,
  existingFormat: Value | undefined,
): Temporal.ZonedDateTime {
  return parseDate(input, zoneArgument(timeZone), optionalText("existingFormat", existingFormat));
}

type Unit =
  | "nanoseconds"
  | "microseconds"
  | "milliseconds"
  | "seconds"
  | "minutes"
  | "hours"
  | "days"
  | "weeks"
  | "months"
  | "years";

/** Java's `ChronoUnit`, in ours. */
const UNITS: ReadonlyMap<string, readonly [Unit, number]> = new Map([
  ["NANOS", ["nanoseconds", 1]],
  ["MICROS", ["microseconds", 1]],
  ["MILLIS", ["milliseconds", 1]],
  ["SECONDS", ["seconds", 1]],
  ["MINUTES", ["minutes", 1]],
  ["HOURS", ["hours", 1]],
  ["HALF_DAYS", ["hours", 12]],
  ["DAYS", ["days", 1]],
  ["WEEKS", ["weeks", 1]],
  ["MONTHS", ["months", 1]],
  ["YEARS", ["years", 1]],
  ["DECADES", ["years", 10]],
  ["CENTURIES", ["years", 100]],
]);

function dateAdd(input: Value, [amount, unit, ...rest]: Arguments): string {
  const name = textArgument("unit", unit);
  const [field, factor] = UNITS.get(name) ?? noSuchUnit(name);
  const moment = read(input, rest[1], rest[2]);
  const count = wholeArgument("amount", amount) * factor;
  try {
    return formatMoment(moment.add({ [field]: count }), rest);
  } catch (error) {
    throw error instanceof RangeError ? new Fault("the date is out of range") : error;
  }
}

function noSuchUnit(name: string): never {
  const help = `Units are: ${[...UNITS.keys()].join(", ")}`;
  throw new Fault(`unknown unit ${quote(name)}`, help);
}

function optionalText(name: string, value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : textArgument(name, value);
}
