import type { LogLevel } from "../../model/mod.ts";
import type { LogBook, LogLine } from "./asker.ts";

/** What the kept lines may come to, in UTF-16 units of what is said, each counted with its names. */
const MOST = 4 * 1024 * 1024;
const NAMES = 200;
const LEVELS: readonly LogLevel[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];

/**
 * Opens a book of what an execution logs, in memory: the newest lines, 4 MiB of them at most.
 *
 * @param isWanted Whether anything in the flow asks for logs; a book that nobody reads stays empty.
 */
export function openLogBook(isWanted: boolean, most = MOST): LogBook {
  let lines: LogLine[] = [];
  let first = 0; // those before it are dropped, and gone from the list now and then
  let length = 0;
  let dropped = 0;
  return {
    add(line) {
      if (!isWanted) return;
      lines.push(line);
      length += sizeOf(line);
      for (; length > most && first < lines.length; first++, dropped++) {
        length -= sizeOf(lines[first]!);
      }
      if (first > 1_000 && first > lines.length / 2) {
        lines = lines.slice(first);
        first = 0;
      }
    },
    fetch(level, tasks) {
      const least = LEVELS.indexOf(level);
      const found = lines.slice(first).filter((it) =>
        LEVELS.indexOf(it.level) >= least && (tasks === undefined || tasks.includes(it.taskId))
      );
      return dropped === 0 ? found : [missing(dropped, lines[first]), ...found];
    },
  };
}

function sizeOf({ message }: LogLine): number {
  return message.length + NAMES;
}

function missing(count: number, next: LogLine | undefined): LogLine {
  return {
    timestamp: next?.timestamp ?? "1970-01-01T00:00:00.000Z",
    level: "WARN",
    taskId: "",
    taskRunId: "",
    attemptNumber: 0,
    message: `${count} older log lines of this execution are not kept`,
  };
}
