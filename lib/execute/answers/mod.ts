import type { Answer, Question } from "../../model/mod.ts";

/** Answers the questions of children. */
export type OnAsk = (question: Question) => Answer | Promise<Answer>;

/** Answers the questions about one thing. What it throws is told to the child as a refusal. */
export type Handler<About extends Question["about"]> = (
  question: Extract<Question, { readonly about: About }>,
) => Answer | Promise<Answer>;

/** Who answers, by what is asked about. What is left out may not be asked. */
export type Handlers = { readonly [About in Question["about"]]?: Handler<About> };

/**
 * Brings each question to whoever answers it.
 *
 * A question about what has no handler is refused, and so is one whose handler fails: a child waits for
 * its answer, and has to get one.
 */
export function answerer(handlers: Handlers): OnAsk {
  return async (question) => {
    const handler = Object.hasOwn(handlers, question.about)
      ? handlers[question.about] as Handler<Question["about"]> | undefined
      : undefined;
    if (handler === undefined) return notHere(question.about);
    try {
      return await handler(question);
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  };
}

/** What is said where nobody may be asked. */
export const refuseAll: OnAsk = ({ about }) => notHere(about);

function notHere(about: Question["about"]): Answer {
  return { ok: false, message: `Cannot ask about "${about}": there is nobody here who knows` };
}
