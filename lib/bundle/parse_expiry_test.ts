import { equal } from "node:assert/strict";
import { parseExpiry } from "./parse_expiry.ts";

const MADE = new Date("2026-01-31T10:00:00.000Z");

Deno.test.each([
  { text: "P30D", time: "2026-03-02T10:00:00.000Z" },
  { text: "PT12H", time: "2026-01-31T22:00:00.000Z" },
  { text: "2026-02-28", time: "2026-02-28T00:00:00.000Z" },
  { text: "2026-02-28T12:30Z", time: "2026-02-28T12:30:00.000Z" },
  { text: "2026-02-28T12:30:15Z", time: "2026-02-28T12:30:15.000Z" },
  { text: "2026-02-31", time: undefined },
  { text: "2026-02-28T12:30", time: undefined },
  { text: "2026-02-28T24:00Z", time: undefined },
  { text: "P999999999D", time: undefined },
  { text: "never", time: undefined },
  { text: "-P1D", time: undefined },
  { text: "", time: undefined },
])('parseExpiry("$text"): $time', ({ text, time }) => {
  equal(parseExpiry(text, MADE)?.toISOString(), time);
});
