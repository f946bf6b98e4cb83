import { answerFile } from "./answer_file.ts";
import { answerKv } from "./answer_kv.ts";
import { answerLabels } from "./answer_labels.ts";
import { answerLogs } from "./answer_logs.ts";
import { answerState } from "./answer_state.ts";
import type { Asker } from "./asker.ts";
import type { Handlers } from "./mod.ts";

/** Who answers what one task run asks. */
export function handlersFor(asker: Asker): Handlers {
  return {
    kv: (it) => answerKv(it, asker),
    state: (it) => answerState(it, asker),
    file: (it) => answerFile(it, asker),
    labels: (it) => answerLabels(it, asker),
    logs: (it) => answerLogs(it, asker),
  };
}
