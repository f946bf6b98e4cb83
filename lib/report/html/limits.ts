/** How much of a run a report holds; what is more is counted, and the report says so. */
export const LIMITS = {
  /** Task runs that have ended: the first ones, and so many more that went badly. */
  runs: 1000,
  badRuns: 300,
  /** Spans of one bar. */
  spans: 40,
  /** Log lines: the first, the last, and the last of WARN and ERROR. */
  firstLogs: 1000,
  lastLogs: 1000,
  lastBadLogs: 500,
  /** Characters of one log line, and of one error. */
  logText: 4000,
  /** Characters of all log lines. */
  logTexts: 1_000_000,
  /** Characters of one task run's outputs as JSON, and of all of them. */
  output: 4000,
  outputs: 500_000,
  metrics: 500,
  denials: 200,
  /** Tasks whose isolation differs from that of others. */
  isolations: 200,
  /** Reasons, and words of a command line, of one of them. */
  reasons: 200,
  words: 400,
} as const;

/** Cuts a text, and says how much is missing. */
export function cutText(text: string, most: number): string {
  return text.length <= most
    ? text
    : `${text.slice(0, most)}… (${text.length - most} more characters are left out)`;
}
