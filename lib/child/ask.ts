import type { Answer, Question } from "../model/job.ts";
import { nextLine, send } from "./protocol.ts";
import { TaskFailure } from "./task_failure.ts";

/**
 * Asks the harness, and waits for what it says: nothing else happens in this process meanwhile.
 *
 * @throws {TaskFailure} When it refuses, with its words.
 */
export type Ask = (question: Question) => unknown;

/** What the harness takes as one record. */
const MAX_BYTES = 8 * 1024 * 1024 - 1024;

// Taken before the author's code runs, so that it cannot stand in our way by accident.
const { stringify } = JSON;
const encoder = new TextEncoder();

/** @param nextLine Gives what the harness says next on standard input. */
export function makeAsk(nextLine: () => unknown): Ask {
  return (question) => {
    const text = stringify(question);
    // Three bytes at most for each unit; counting is worth it for what may be too long.
    if (text.length * 3 > MAX_BYTES && encoder.encode(text).length > MAX_BYTES) {
      throw new TaskFailure("Cannot hand over a value of more than 8 MiB");
    }
    send({ type: "ask", question });
    const answer = nextLine() as Answer;
    if (answer.ok) return answer.value;
    throw new TaskFailure(answer.message);
  };
}

/** Asks the harness of this process. */
export const ask: Ask = makeAsk(nextLine);
