import type { Answer, Question } from "../../model/mod.ts";
import { MAX_VALUE_LENGTH, tooLarge, withStore } from "./answer_kv.ts";
import { type Asker, refuse } from "./asker.ts";

type StateQuestion = Extract<Question, { about: "state" }>;

/**
 * Answers a question about a flow's state. States lie among the keys, in a room of the flow's own whose
 * name can be no namespace's, so that no question about keys leads there.
 */
export async function answerState(question: StateQuestion, asker: Asker): Promise<Answer> {
  const { name } = question;
  if (name === "" || name.length > 512) {
    return refuse(`Cannot use state "${name.slice(0, 512)}": a name has 1 to 512 signs`);
  }
  const room = `state of ${asker.namespace}/${asker.flow}`;
  return await withStore(asker, (store) => {
    switch (question.do) {
      case "get": {
        const found = store.get(room, name);
        return { ok: true, ...(found && { value: found.value }) };
      }
      case "delete":
        return { ok: true, value: store.delete(room, name) };
      case "set": {
        const length = JSON.stringify(question.value)?.length ?? 0;
        if (length > MAX_VALUE_LENGTH) return tooLarge(`state "${name}"`, length);
        store.set(room, name, question.value, { overwrite: true });
        return { ok: true };
      }
    }
  });
}
