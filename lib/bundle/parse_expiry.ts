import { parseDuration } from "../source/parse_duration.ts";

/**
 * Long enough for a release each quarter; short enough that a bundle which is withheld from a
 * node, or a key that was lost, does not speak for years.
 */
export const DEFAULT_EXPIRY = "P90D";

/**
 * The time at which a bundle expires.
 *
 * @param text A duration from `createdAt` (`P30D`, `PT12H`), a date (`2027-01-31`, its first
 * moment in UTC) or a time (`2027-01-31T12:00:00Z`).
 * @returns `undefined` when it is none of them, or beyond the year 9999.
 */
export function parseExpiry(text: string, createdAt: Date): Date | undefined {
  const duration = parseDuration(text);
  if (duration !== undefined) return within(new Date(createdAt.getTime() + duration));
  const parts = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)Z)?$/.exec(text);
  if (parts === null) return undefined;
  const time = new Date(`${parts[1]}T${parts[2] ?? "00:00"}Z`);
  // The 31st of February is no day, and would be one in March.
  return within(time)?.toISOString().startsWith(parts[1]!) ? time : undefined;
}

function within(time: Date): Date | undefined {
  return time.getTime() <= Date.UTC(9999, 11, 31) ? time : undefined;
}
