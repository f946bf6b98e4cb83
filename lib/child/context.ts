import type { Job } from "../model/job.ts";
import type { LogLevel, Metric } from "../model/outcome.ts";
import { type Ask, ask } from "./ask.ts";
import type { Scope } from "./expression/mod.ts";
import { type KeyValues, makeKeyValues } from "./kv.ts";
import { findFile } from "./find_file.ts";
import { send } from "./protocol.ts";
import { renderText } from "./render_text.ts";
import { makeStorage, type Storage } from "./storage.ts";

/** Says something about a task run; `{}` stands for the next argument, as in Kestra's logger. */
export interface Logger {
  trace(message: unknown, ...rest: unknown[]): void;
  debug(message: unknown, ...rest: unknown[]): void;
  info(message: unknown, ...rest: unknown[]): void;
  warn(message: unknown, ...rest: unknown[]): void;
  error(message: unknown, ...rest: unknown[]): void;
}

/** What a task is given beside its properties. */
export interface Context {
  readonly logger: Logger;
  /** The task run's own directory: fresh, private, gone when the run ends. */
  readonly workspace: string;
  /** `inputs`, `outputs`, `vars`, `flow`, `execution`, `task`, … */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Renders expressions with the flow's variables, and with `more`, whose names come first. */
  render(text: string, more?: Readonly<Record<string, unknown>>): string;
  /** Keys and values that outlive executions. */
  readonly kv: KeyValues;
  /** The files that this execution has stored. */
  readonly storage: Storage;
  /** Reports a measurement. */
  metric(metric: Metric): void;
}

/** Makes the context of a job. */
export function contextOf(job: Job, ask: Ask): Context {
  const scope = scopeOf(job);
  return {
    logger: makeLogger(),
    workspace: job.workspace ?? "",
    variables: job.variables,
    render: (text, more) =>
      renderText(
        String(text),
        more === undefined ? scope : { ...scope, variables: { ...scope.variables, ...more } },
      ),
    kv: makeKeyValues(ask),
    storage: makeStorage(ask),
    metric: (metric) => send({ type: "metric", metric }),
  };
}

/** What expressions of a job see, and whom they ask. */
export function scopeOf(job: Pick<Job, "variables" | "secrets" | "files">): Scope {
  const { files } = job;
  return {
    variables: job.variables,
    ask,
    file: (path) => findFile(path, files),
    secret: (name) => {
      if (Object.hasOwn(job.secrets, name)) return job.secrets[name]!;
      throw new Error(
        `no secret of that name was handed to this task: it needs SECRET_${name} (base64) in the harness's environment, and the name written out in the expression`,
      );
    },
  };
}

function makeLogger(): Logger {
  const at = (level: LogLevel) => (message: unknown, ...rest: unknown[]) =>
    send({ type: "log", level, message: format(message, rest) });
  return {
    trace: at("TRACE"),
    debug: at("DEBUG"),
    info: at("INFO"),
    warn: at("WARN"),
    error: at("ERROR"),
  };
}

function format(message: unknown, rest: unknown[]): string {
  const text = shown(message).replace(/\{\}/g, (it) => rest.length > 0 ? shown(rest.shift()) : it);
  return [text, ...rest.map(shown)].join(" ");
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
