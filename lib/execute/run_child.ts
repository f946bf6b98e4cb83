import type {
  ChildRecord,
  Denial,
  Ending,
  Job,
  LimitName,
  LimitValues,
  LogLevel,
  Result,
} from "../model/mod.ts";
import { findLimits } from "./find_limits.ts";
import type { Start } from "./launcher.ts";
import { isNestedDeeper, MAX_LEVELS } from "./is_nested_deeper.ts";
import { hideCut } from "./mask_secrets.ts";
import { readRecord } from "./read_record.ts";
import { MAX_RECORD_BYTES } from "./split_lines.ts";
import { startProcess } from "./start_process.ts";
import { randomId } from "./workspace.ts";

/** A child to run. */
export interface ChildRun {
  readonly argv: readonly string[];
  readonly spawn: Start;
  /** By which all it starts is known, also to a later harness; one of its own without it. */
  readonly mark?: string;
  readonly limits?: LimitValues;
  /** Variables of the harness that the policy lets through. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly job: Job;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  readonly onLog: (level: LogLevel, message: string) => void;
  readonly onMetric: (metric: Extract<ChildRecord, { type: "metric" }>["metric"]) => void;
  readonly onDenied: (denial: Denial) => void;
}

/** How a child ended, and its last word if it had one. */
export interface ChildOutcome {
  readonly ending: Ending;
  readonly result?: Result;
  /** Limits that it ran into, whatever came of that. */
  readonly limits: readonly LimitName[];
}

/** What every child has in its environment; nothing of it says anything about the harness. */
export const CHILD_ENV: Readonly<Record<string, string>> = {
  PATH: "/usr/bin:/bin",
  HOME: "/nonexistent",
  // Caches are code: a directory that cannot be means there are none to poison.
  DENO_DIR: "/dev/null/none",
  DENO_EMIT_CACHE_MODE: "disable",
  DENO_NO_PACKAGE_JSON: "1",
  DENO_NO_UPDATE_CHECK: "1",
  NO_COLOR: "1",
};

/** Runs one Deno child: job in on standard input, records and log lines out. */
export async function runChild(run: ChildRun): Promise<ChildOutcome> {
  let result: Result | undefined;
  const { limits = {} } = run;
  const secrets = Object.values(run.job.secrets);
  const { ending, hits } = await startProcess({
    argv: run.argv,
    spawn: run.spawn,
    env: { ...run.env, ...CHILD_ENV, TMPDIR: run.cwd },
    cwd: run.cwd,
    stdin: `${JSON.stringify(run.job)}\n`,
    mark: run.mark ?? randomId(),
    limits,
    ...(run.job.workspace !== undefined && { workspace: run.job.workspace }),
    ...(run.timeoutMs !== undefined && { timeoutMs: run.timeoutMs }),
    signal: run.signal,
    onLine: (from, line) => {
      if (line.kind === "dropped") {
        result ??= tooLong(line.missing ?? 0);
        return;
      }
      const text = hideCut(line, secrets);
      const record = line.kind === "record" && from === "stdout" ? readRecord(text) : undefined;
      if (record === undefined) return run.onLog(from === "stdout" ? "INFO" : "ERROR", text);
      if (result !== undefined) return; // The last word was said.
      if (record.type === "log") run.onLog(record.level, record.message);
      else if (record.type === "metric") run.onMetric(record.metric);
      else if (record.type === "denied") run.onDenied(record.denial);
      else result = "outputs" in record && isNestedDeeper(record.outputs) ? TOO_DEEP : record;
    },
  });
  return { ending, ...(result && { result }), limits: findLimits(ending, result, hits, limits) };
}

const TOO_DEEP: Result = {
  type: "result",
  state: "failed",
  message: `Cannot take the outputs: they are nested deeper than ${MAX_LEVELS} levels`,
};

/** What it wanted to say is gone, so it is not known to have succeeded. */
function tooLong(missing: number): Result {
  const most = MAX_RECORD_BYTES / 2 ** 20;
  return {
    type: "result",
    state: "failed",
    message: `Cannot take a record of ${MAX_RECORD_BYTES + missing} bytes: outputs, metrics and ` +
      `log messages are ${most} MiB at most`,
  };
}
