import { equal, match, throws } from "node:assert/strict";
import { render } from "./mod.ts";
import { sampleScope } from "./sample_scope.ts";

/** An expression, what it prints, and one close to it that is refused. */
type Row = readonly [expression: string, is: string, refused?: string, fact?: RegExp];

const moment = "'2013-09-08T16:19:12.123456+01:00'";

const rows: Row[] = [
  // The rows marked K are those of Kestra's own DateFilterTest.
  [`${moment} | date(format='iso', timeZone='Europe/Paris')`, "2013-09-08T17:19:12.123456+02:00"], // K
  [`${moment} | date(format='iso_sec', timeZone='Europe/Paris')`, "2013-09-08T17:19:12+02:00"], // K
  [
    "'2013-09-08T17:19:12+02:00' | date(timeZone='Europe/Paris')",
    "2013-09-08T17:19:12.000000+02:00",
  ], // K
  ["'2013-09-08T17:19:12' | date(timeZone='Europe/Paris')", "2013-09-08T17:19:12.000000+02:00"], // K
  ["'2013-09-08' | date(timeZone='Europe/Paris')", "2013-09-08T00:00:00.000000+02:00"], // K
  ["'July 24, 2001' | date('yyyy-MM-dd', existingFormat='MMMM dd, yyyy')", "2001-07-24"], // K
  [
    "'Tue, 08 Feb 2022 19:38:26 GMT' | date(existingFormat='rfc_1123_date_time', timeZone='Europe/Paris')",
    "2022-02-08T20:38:26.000000+01:00", // K
    "'Tue, 08 Foo 2022 19:38:26 GMT' | date(existingFormat='rfc_1123_date_time')",
    /is not a date in the format/,
  ],
  [`${moment} | dateAdd(-1, 'DAYS', timeZone='Europe/Paris')`, "2013-09-07T17:19:12.123456+02:00"], // K
  [`${moment} | timestamp(timeZone='Europe/Paris')`, "1378653552"], // K
  [`${moment} | timestampMilli`, "1378653552123"], // K
  [`(${moment} | timestamp) > (${moment} | dateAdd(-1, 'DAYS') | timestamp)`, "true"], // K
  [
    "'2013-09-08T16:19:12.123456' | date('yyyy-MM-dd HH:mm:ss.SSSSSSXXX', 'UTC')",
    "2013-09-08 16:19:12.123456Z",
  ], // K

  [
    "taskrun.startDate | date",
    "2024-02-29T13:04:05.678901Z",
    "inputs.name | date",
    /"Ada" is not a date/,
  ],
  ["taskrun.startDate | date('sql')", "2024-02-29 13:04:05.678901"],
  ["taskrun.startDate | date('sql_seq')", "2024-02-29 13:04:05"],
  ["taskrun.startDate | date('iso_local_date')", "2024-02-29"],
  ["taskrun.startDate | date('iso_instant', 'Asia/Tokyo')", "2024-02-29T13:04:05.678901Z"],
  ["'2024-01-01T00:00:00.1Z' | date('iso_instant')", "2024-01-01T00:00:00.100Z"],
  ["'2024-01-01' | date('iso_instant')", "2024-01-01T00:00:00Z"],
  ["'2024-01-01T10:00Z' | date('iso_local_date_time')", "2024-01-01T10:00:00"],
  [
    "'2024-01-01T10:00Z' | date('iso_date_time', 'Asia/Tokyo')",
    "2024-01-01T19:00:00+09:00[Asia/Tokyo]",
  ],
  ["'2024-01-01T10:00Z' | date('iso_offset_time', '-05:30')", "04:30:00-05:30"],
  ["'2024-02-01' | date('iso_ordinal_date')", "2024-032Z"],
  ["'2024-02-01' | date('rfc_1123_date_time', 'Europe/Paris')", "Thu, 1 Feb 2024 00:00:00 +0100"],
  ["0 | date('rfc_1123_date_time')", "Thu, 1 Jan 1970 00:00:00 GMT"],
  ["0 | date('yyyy')", "1970", "1.5 | date('yyyy')", /needs a date, not a number/],
  [
    "taskrun.startDate | date(\"EEE d MMM yy, h:mm a 'o''clock'\")",
    "Thu 29 Feb 24, 1:04 PM o'clock",
  ],
  [
    "taskrun.startDate | date('EEEE MMMM', locale='fr_FR')",
    "jeudi février",
    "0 | date('EEE', locale='??')",
    /unknown locale/,
  ],
  [
    "'2024-01-01T09:00:00+05:30' | date('X XX XXX x xxx Z VV', '+05:30')",
    "+0530 +0530 +05:30 +0530 +05:30 +0530 +05:30",
  ],
  ["'2024-01-01' | date('X XXX x xxx VV', 'Europe/London')", "Z Z +00 +00:00 Europe/London"],
  [
    "'2024-01-01' | date('S SSS n y M D')",
    "0 000 0 2024 1 1",
    "'2024-01-01' | date('yyyy-ww')",
    /"ww" in the date format/,
  ],
  [
    "'2024-01-01' | date(\"yyyy'T'\")",
    "2024T",
    "'2024-01-01' | date('yyyyT')",
    /Cannot|"T" in the date format/,
  ],
  [
    "'2024-01-01' | date(\"yyyy''\")",
    "2024'",
    "'2024-01-01' | date(\"yyyy'T\")",
    /has an open quote/,
  ],
  ["'2024-01-01' | date('/')", "/", "'2024-01-01' | date('[yyyy]')", /is not supported/],
  [
    "'2024-01-01' | date(timeZone='Z')",
    "2024-01-01T00:00:00.000000Z",
    "0 | date(timeZone='Mars/X')",
    /unknown time zone "Mars\/X"/,
  ],
  ["null | date", "", "[] | date", /needs a date, not a list/],
  ["'2024-02-29' | date('yyyy')", "2024", "'2023-02-29' | date('yyyy')", /is not a date/],
  ["'2024-01-01T24:00' ?? ''", "2024-01-01T24:00", "'2024-01-01T24:00' | date", /is not a date/],
  [
    "'20240131' | date('dd', existingFormat='yyyyMMdd')",
    "31",
    "'20240132' | date('dd', existingFormat='yyyyMMdd')",
    /not a date in/,
  ],
  [
    "'31/1/24 11 PM' | date('iso_sec', existingFormat='d/M/yy h a')",
    "2024-01-31T23:00:00Z",
    "'10:00' | date(existingFormat='HH:mm')",
    /no year, month and day/,
  ],
  [
    "'2024-01-31 10:00:00.5 +0200' | date('sql', existingFormat='yyyy-MM-dd HH:mm:ss.S Z')",
    "2024-01-31 08:00:00.500000",
  ],

  [
    "'2024-01-31' | dateAdd(1, 'MONTHS', 'iso_local_date')",
    "2024-02-29",
    "'2024-01-31' | dateAdd(1, 'months')",
    /unknown unit "months"/,
  ],
  [
    "'2024-03-30T12:00' | dateAdd(1, 'DAYS', timeZone='Europe/Paris')",
    "2024-03-31T12:00:00.000000+02:00",
    "0 | dateAdd(0.5, 'DAYS')",
    /must be a whole number/,
  ],
  [
    "'2024-03-30T12:00' | dateAdd(24, 'HOURS', timeZone='Europe/Paris')",
    "2024-03-31T13:00:00.000000+02:00",
    "0 | dateAdd(9007199254740991, 'YEARS')",
    /out of range/,
  ],
  [
    "'2024-01-01' | dateAdd(-3, 'WEEKS', format='yyyy-MM-dd')",
    "2023-12-11",
    "0 | dateAdd(1)",
    /needs an argument "unit"/,
  ],

  ["now()", "2024-05-06T07:08:09.123000Z"],
  ["now('HH:mm', timeZone='America/New_York')", "03:08", "now(1)", /"format" must be text/],
  ["now() | date('yyyy-MM-dd')", "2024-05-06"],
  ["now() | dateAdd(-1, 'DAYS') | date('yyyy-MM-dd')", "2024-05-05"],
];

Deno.test.each(rows.map(([expression, is, refused, fact]) => ({ expression, is, refused, fact })))(
  "$expression",
  ({ expression, is, refused, fact }) => {
    equal(render(`{{ ${expression} }}`, sampleScope), is);
    if (refused === undefined) return;
    throws(() => render(`{{ ${refused} }}`, sampleScope), (error) => {
      match(String(error), /^ExpressionError: Cannot render/);
      match(String(error), fact!);
      return true;
    });
  },
);
