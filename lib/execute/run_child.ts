import type {
  ChildRecord,
  Denial,
  Ending,
  Job,
  LimitName,
  LimitValues,
  LogLevel,
  Preparation,
  Result,
} from "../model/mod.ts";
import { answerAsks } from "./answers/answer_asks.ts";
import { type OnAsk, refuseAll } from "./answers/mod.ts";
import { findLimits } from "./find_limits.ts";
import type { Start } from "./launcher.ts";
import { isNestedDeeper, MAX_LEVELS } from "./is_nested_deeper.ts";
import { hideCut } from "./mask_secrets.ts";
import { readRecord } from "./read_record.ts";
import { MAX_RECORD_BYTES } from "./split_lines.ts";
import { runProcess } from "./start_process.ts";
import type { SupervisedProcess } from "./supervise.ts";
import { randomId } from "./workspace.ts";

/** A child to start. */
export interface ChildStart {
  readonly argv: readonly string[];
  readonly spawn: Start;
  /** By which all it starts is known, also to a later harness; one of its own without it. */
  readonly mark?: string;
  readonly limits?: LimitValues;
  /** Variables of the harness that the policy lets through. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly preparation: Omit<Preparation, "v">;
}

/** A child that gets ready, and then waits for work. */
export interface StartedChild {
  readonly process: SupervisedProcess;
  readonly limits: LimitValues;
}

/** The work of a child. */
export interface ChildRun {
  readonly job: Job;
  /** What is hidden in lines that are cut off, beside the job's secrets. */
  readonly hidden?: readonly string[];
  /** Counted from the handing over of the job. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  readonly onLog: (level: LogLevel, message: string) => void;
  readonly onMetric: (metric: Extract<ChildRecord, { type: "metric" }>["metric"]) => void;
  readonly onDenied: (denial: Denial) => void;
  /** Answers what the child asks; without it every question is refused. */
  readonly onAsk?: OnAsk;
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

/**
 * Starts one Deno child and tells it what to get ready for. It has nothing of any author's yet.
 *
 * @throws When it cannot be started.
 */
export async function startChild(start: ChildStart): Promise<StartedChild> {
  const { argv, spawn, mark = randomId(), limits = {}, cwd, preparation } = start;
  const env = { ...start.env, ...CHILD_ENV, TMPDIR: cwd };
  const process = await spawn({ argv, env, cwd }, { mark, limits });
  const writer = process.stdin.getWriter();
  // Nobody waits for it: a child that does not read it has ended, and is seen to have.
  writer.write(new TextEncoder().encode(lineOf({ v: 1, ...preparation }))).catch(() => {});
  writer.releaseLock();
  return { process, limits };
}

/**
 * Has a child do its one job: job and answers in on standard input, records and log lines out.
 *
 * @param starting Where it rejects, the child could not be started: an outcome like others.
 */
export async function runChild(
  starting: Promise<StartedChild>,
  run: ChildRun,
): Promise<ChildOutcome> {
  let result: Result | undefined;
  const secrets = [...Object.values(run.job.secrets), ...run.hidden ?? []];
  const limits = await starting.then((it) => it.limits, () => ({}));
  const asks = answerAsks(run.onAsk ?? refuseAll);
  const { ending, hits } = await runProcess(starting.then((it) => it.process), {
    stdin: lineOf(run.job),
    onOpen: asks.onOpen,
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
      else if (record.type === "ask") asks.take(record.question);
      else result = "outputs" in record && isNestedDeeper(record.outputs) ? TOO_DEEP : record;
    },
  });
  return { ending, ...(result && { result }), limits: findLimits(ending, result, hits, limits) };
}

function lineOf(value: Preparation | Job): string {
  return `${JSON.stringify(value)}\n`;
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
