import { type Answer, type KeyValueStore, type Question, StageError } from "../../model/mod.ts";
import { type Asker, refuse } from "./asker.ts";

/** What a value may come to as JSON, in UTF-16 units. */
export const MAX_VALUE_LENGTH = 8 * 1024 * 1024;
const MAX_KEY_LENGTH = 256;
/** As in Kestra's `KVStore`. */
const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

type KvQuestion = Extract<Question, { about: "kv" }>;

/**
 * Answers a question about keys. A task reaches those of its flow's namespace and, to read, those of the
 * namespaces above it, of which it says the name; Kestra lets a task reach every namespace unless an
 * administrator closes it.
 */
export async function answerKv(question: KvQuestion, asker: Asker): Promise<Answer> {
  const namespace = question.namespace ?? asker.namespace;
  const isOwn = namespace === asker.namespace;
  const isRead = question.do === "get" || question.do === "keys";
  if (!isOwn && !asker.namespace.startsWith(`${namespace}.`)) {
    return refuse(
      `Cannot reach keys of namespace "${namespace}": a task of "${asker.namespace}" reaches its own and those above`,
    );
  }
  if (!isOwn && !isRead) {
    return refuse(
      `Cannot ${question.do} a key of namespace "${namespace}": a task of "${asker.namespace}" changes keys of its own namespace only`,
    );
  }
  if (question.do !== "keys") {
    const { key } = question;
    if (!KEY.test(key) || key.length > MAX_KEY_LENGTH) {
      return refuse(
        `Cannot use key "${
          key.slice(0, MAX_KEY_LENGTH)
        }": a key has letters, digits, ".", "_" and "-", begins with a letter or a digit, and has ${MAX_KEY_LENGTH} signs at most`,
      );
    }
  }
  return await withStore(asker, (store) => {
    switch (question.do) {
      case "get": {
        const found = store.get(namespace, question.key);
        return { ok: true, ...(found && { value: found.value }) };
      }
      case "set": {
        const { key, value, ttlMs, overwrite } = question;
        const length = JSON.stringify(value)?.length ?? 0;
        if (length > MAX_VALUE_LENGTH) return tooLarge(`key "${key}"`, length);
        const isSet = store.set(namespace, key, value, {
          ...(ttlMs !== undefined && { ttlMs }),
          overwrite,
        });
        return isSet
          ? { ok: true }
          : refuse(`Cannot set key "${key}": it is there already, and "overwrite" is false`);
      }
      case "delete":
        return { ok: true, value: store.delete(namespace, question.key) };
      case "keys":
        return {
          ok: true,
          value: store.list(namespace, question.prefix).map((it) => it.key),
        };
    }
  });
}

/** Has the store do something; what is wrong with it is told to the task, which fails of it. */
export async function withStore(
  asker: Asker,
  work: (store: KeyValueStore) => Answer,
): Promise<Answer> {
  if (asker.store === undefined) {
    return refuse("Cannot reach keys: this run has no directory to keep them in");
  }
  try {
    return work(await asker.store());
  } catch (error) {
    if (error instanceof StageError) return refuse(error.message);
    throw error;
  }
}

/** Refuses a value by its size. */
export function tooLarge(what: string, length: number): Answer {
  const most = MAX_VALUE_LENGTH / 2 ** 20;
  return refuse(`Cannot keep ${what}: its value has ${length} signs, ${most} MiB is the most`);
}
