import type { LogLevel, Metric } from "../model/mod.ts";
import { hideCut } from "./mask_secrets.ts";
import { readProtocolLine } from "./read_protocol_line.ts";
import type { Reports } from "./run_task.ts";
import { type Line, MAX_RECORD_BYTES } from "./split_lines.ts";

/** Reads what a script says, and keeps the outputs in it. */
export interface ScriptOutput {
  readonly onLine: (from: "stdout" | "stderr", line: Line) => void;
  /** The outputs so far, by name; of each the last that was said. */
  readonly vars: () => Readonly<Record<string, unknown>>;
}

/** What all outputs of a script may come to, as JSON: what one line of them may. */
const MAX_VARS = MAX_RECORD_BYTES;
/** What an output counts for beside its text: as many small ones take the more of our memory. */
const ENTRY = 64;
/** How much of a line that cannot be read is told. */
const SHOWN = 200;

/**
 * Makes a reader of a script's output. Time and memory of a line are its own, however many there were.
 *
 * @param secrets Of which no half must be told where a line was cut.
 */
export function readScriptOutput(
  { onLog, onMetric }: Reports,
  secrets: readonly string[],
): ScriptOutput {
  const kept = new Map<string, { readonly value: unknown; readonly size: number }>();
  const levels: { [K in "stdout" | "stderr"]?: LogLevel } = {};
  let total = 0;
  const said = new Set<string>();
  const once = (level: LogLevel, message: string) => {
    if (said.has(message)) return;
    said.add(message);
    onLog(level, message);
  };
  const keep = (name: string, value: unknown) => {
    const size = name.length + JSON.stringify(value).length + ENTRY;
    const rest = total - (kept.get(name)?.size ?? 0);
    // One alone is no longer than its line may be.
    if (rest > 0 && rest + size > MAX_VARS) {
      // Once, and without the name: there may be a million of them.
      return once(
        "WARN",
        `Cannot keep an output: all of a script are ${MAX_VARS} characters at most, as JSON and ${ENTRY} for each`,
      );
    }
    total = rest + size;
    kept.set(name, { value, size });
  };
  return {
    onLine(from, line) {
      const usual = from === "stdout" ? "INFO" : "ERROR";
      if (line.missing !== undefined && line.missing > 0 && line.text.startsWith("::{")) {
        return onLog(
          "WARN",
          `Cannot take outputs from a line that is longer than ${MAX_RECORD_BYTES} bytes`,
        );
      }
      const text = hideCut(line, secrets);
      const read = readProtocolLine(text);
      switch (read.kind) {
        case "text":
          return onLog(levels[from] ?? usual, text);
        case "level":
          if (read.level === undefined) delete levels[from];
          else levels[from] = read.level;
          return;
        case "bad":
          return onLog("WARN", `Invalid outputs "${shown(text)}": ${read.reason}`);
        case "protocol": {
          for (const [name, value] of Object.entries(read.outputs)) keep(name, value);
          read.metrics.forEach((it: Metric) => onMetric(it));
          read.logs.forEach((it) => onLog(it.level, it.message));
          for (const it of read.faults) onLog("WARN", `Invalid outputs: ${it}`);
          if (read.hasAssets) once("WARN", "Assets are not kept: there is nothing that takes them");
        }
      }
    },
    vars: () => Object.fromEntries([...kept].map(([name, { value }]) => [name, value])),
  };
}

function shown(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}
