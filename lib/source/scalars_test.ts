import { equal } from "node:assert/strict";
import { parseDuration } from "./parse_duration.ts";
import { parseSize } from "./parse_size.ts";

Deno.test.each([
  { text: "PT30S", ms: 30_000 },
  { text: "PT0.25S", ms: 250 },
  { text: "P1DT1H", ms: 90_000_000 },
  { text: "pt5m", ms: 300_000 },
  { text: "P", ms: undefined },
  { text: "PT", ms: undefined },
  { text: "P1DT", ms: undefined },
  { text: "-PT5S", ms: undefined },
  { text: "5", ms: undefined },
])("parseDuration($text) is $ms", ({ text, ms }) => equal(parseDuration(text), ms));

Deno.test.each([
  { text: "512MB", bytes: 512 * 2 ** 20 },
  { text: "1g", bytes: 2 ** 30 },
  { text: "64 KiB", bytes: 65536 },
  { text: "100", bytes: 100 },
  { text: "1.5G", bytes: 1.5 * 2 ** 30 },
  { text: "many", bytes: undefined },
  { text: "-1M", bytes: undefined },
  { text: "1TB", bytes: undefined },
])("parseSize($text) is $bytes", ({ text, bytes }) => equal(parseSize(text), bytes));
