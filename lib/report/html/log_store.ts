import type { LogLevel } from "../../model/mod.ts";
import { cutText, LIMITS } from "./limits.ts";

/** One line that a report may show. */
export interface ReportLog {
  /** Counts all lines of the run, from 0. */
  readonly index: number;
  /** Of the day, in UTC: `13:04:05.123`. */
  readonly time: string;
  readonly task: string;
  readonly label: string;
  readonly level: LogLevel;
  readonly text: string;
}

/** The lines that are worth keeping. */
export interface LogStore {
  add(line: Omit<ReportLog, "index">): void;
  /** In the order they came in, without those that are too much. */
  kept(): readonly ReportLog[];
  readonly total: () => number;
}

/** @returns A store that stays within the limits however many lines come. */
export function logStore(): LogStore {
  const first: ReportLog[] = [];
  const last: ReportLog[] = [];
  const bad: ReportLog[] = [];
  let total = 0;
  const keepLast = (list: ReportLog[], line: ReportLog, most: number) => {
    list.push(line);
    if (list.length >= 2 * most) list.splice(0, list.length - most);
  };
  return {
    total: () => total,
    add(given) {
      const line = { ...given, index: total++, text: cutText(given.text, LIMITS.logText) };
      if (first.length < LIMITS.firstLogs) {
        first.push(line);
        return;
      }
      keepLast(last, line, LIMITS.lastLogs);
      if (line.level === "WARN" || line.level === "ERROR") {
        keepLast(bad, line, LIMITS.lastBadLogs);
      }
    },
    kept() {
      // What is worth most comes first while there is room.
      const ranked = [
        ...bad.slice(-LIMITS.lastBadLogs).toReversed(),
        ...first,
        ...last.slice(-LIMITS.lastLogs).toReversed(),
      ];
      const chosen = new Map<number, ReportLog>();
      let room: number = LIMITS.logTexts;
      for (const line of ranked) {
        if (chosen.has(line.index)) continue;
        room -= line.text.length;
        if (room < 0) break;
        chosen.set(line.index, line);
      }
      return [...chosen.values()].toSorted((a, b) => a.index - b.index);
    },
  };
}
