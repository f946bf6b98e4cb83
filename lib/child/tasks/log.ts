import type { BuiltIn } from "./mod.ts";
import { TaskFailure } from "../task_failure.ts";

const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

/** `io.kestra.plugin.core.log.Log`: a message, or a list of them, at a level (default INFO). */
export const log: BuiltIn = ({ message, level }, { logger }) => {
  const name = String(level ?? "INFO").toLowerCase() as typeof LEVELS[number];
  if (!LEVELS.includes(name)) {
    throw new TaskFailure(
      `Cannot log at level "${level}": Kestra has ${LEVELS.join(", ").toUpperCase()}`,
    );
  }
  if (message === undefined) throw new TaskFailure('Cannot log: the task has no "message"');
  for (const it of Array.isArray(message) ? message : [message]) logger[name](it);
};

/** `io.kestra.plugin.core.debug.Echo`: as Log, with the message under its old name `format`. */
export const echo: BuiltIn = ({ format, level }, context, ask) =>
  log({ message: format ?? "", level }, context, ask);
