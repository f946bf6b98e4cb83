import type { Answer } from "../../model/mod.ts";
import { MAX_RECORD_BYTES } from "../split_lines.ts";
import type { Say } from "../start_process.ts";
import type { OnAsk } from "./mod.ts";
import { readQuestion } from "./read_question.ts";

/** Takes what one child asks, and answers it. */
export interface AskTaker {
  /** To be called when standard input is open, before anything is asked. */
  readonly onOpen: (say: Say) => void;
  /** Takes one question, which may be anything. */
  readonly take: (question: unknown) => void;
}

/**
 * Answers the questions of one child, each by one line on its standard input.
 *
 * A child asks one question at a time. What it asks while it has not taken the last answer is dropped:
 * so there is never more than one answer in memory, whatever the child does.
 */
export function answerAsks(onAsk: OnAsk): AskTaker {
  let say: Say = () => Promise.resolve(false);
  let isWaiting = false;
  const answer = async (given: unknown): Promise<Answer> => {
    const question = readQuestion(given);
    if (question === undefined) return { ok: false, message: "Cannot answer: it is no question" };
    try {
      return await onAsk(question);
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  };
  return {
    onOpen: (it) => void (say = it),
    take: (given) => {
      if (isWaiting) return;
      isWaiting = true;
      answer(given).then(lineOf).then((it) => say(it)).then((isTaken) =>
        void (isWaiting = !isTaken)
      );
    },
  };
}

function lineOf(answer: Answer): string {
  const line = `${JSON.stringify(answer)}\n`;
  if (line.length <= MAX_RECORD_BYTES) return line;
  const message = `Cannot answer: the value has more than ${MAX_RECORD_BYTES} characters`;
  return lineOf({ ok: false, message });
}
