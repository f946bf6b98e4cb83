import type { Answer, Question } from "../../model/mod.ts";
import type { Asker } from "./asker.ts";

/** Gives what this execution has logged, of a least level, of all tasks or of some. */
export function answerLogs(
  { level, tasks }: Extract<Question, { about: "logs" }>,
  { logs }: Asker,
): Answer {
  return { ok: true, value: logs.fetch(level, tasks) };
}
