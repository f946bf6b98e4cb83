import type { Origin } from "../files/file_store.ts";
import { answerNamespaceFile } from "../answers/answer_namespace_file.ts";
import { refuse } from "../answers/asker.ts";
import { handlersFor } from "../answers/handlers_for.ts";
import { answerer, type Handlers, type OnAsk } from "../answers/mod.ts";
import type { Execution } from "./execution.ts";

/** Answers what one task run asks: of its execution, and of what outlives it. */
export function answersFor(
  execution: Execution,
  from: Origin,
  maxStoredBytes: number | undefined,
): OnAsk {
  const { run: { plan: { flow }, store, journal }, files, labels, logs } = execution;
  const handlers = handlersFor({
    namespace: flow.namespace,
    flow: flow.id,
    from,
    files: files.store,
    ...(maxStoredBytes !== undefined && { maxStoredBytes }),
    ...(store && { store }),
    labels,
    logs,
  });
  return answerer({
    ...handlers,
    ...ofExecution(execution),
    namespaceFile: (it) => answerNamespaceFile(it, files),
    labels: async (question) => {
      const answer = await handlers.labels!(question);
      if (answer.ok) journal?.label(question.labels);
      return answer;
    },
  });
}

/** Answers what expressions of flowables ask: they belong to no task's own child. */
export function answersToRenderer(execution: Execution): OnAsk {
  const { kv, file } = handlersOfNobody(execution);
  return answerer({
    ...ofExecution(execution),
    ...(kv && { kv }),
    // Expressions look at files; they make and delete none.
    file: (it) =>
      it.do === "read" || it.do === "size"
        ? file!(it)
        : refuse(`Cannot ${it.do} a file: an expression reads only`),
    namespaceFile: (it) => answerNamespaceFile(it, execution.files),
  });
}

function handlersOfNobody(execution: Execution): Handlers {
  const { run: { plan: { flow }, store }, files, labels, logs } = execution;
  return handlersFor({
    namespace: flow.namespace,
    flow: flow.id,
    from: { task: "", taskRun: "" },
    files: files.store,
    ...(store && { store }),
    labels,
    logs,
  });
}

function ofExecution({ states }: Execution): Handlers {
  return {
    execution: (question) => ({
      ok: true,
      value: question.do === "errorLogs"
        ? states.errors
        : states.runs.filter((it) => question.state === undefined || it.state === question.state),
    }),
  };
}
