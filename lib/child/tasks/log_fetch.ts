import { TaskFailure } from "../task_failure.ts";
import type { BuiltIn } from "./mod.ts";
import { isAbsent, optionalTextOf, wordOf } from "./properties.ts";

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] as const;

/**
 * `io.kestra.plugin.core.log.Fetch`: stores what this execution has logged, a line of JSON (which is Ion)
 * for each log line, under Kestra's names. Outputs are `uri` and `size`, how many lines.
 */
export const logFetch: BuiltIn = (task, { storage, variables }, ask) => {
  const { execution } = variables as { readonly execution?: { readonly id?: string } };
  const { flow } = variables as {
    readonly flow?: { readonly id?: string; readonly namespace?: string };
  };
  const own: Readonly<Record<string, string | undefined>> = {
    executionId: execution?.id,
    flowId: flow?.id,
    namespace: flow?.namespace,
  };
  for (const [name, value] of Object.entries(own)) {
    const given = optionalTextOf(task, name);
    if (given !== undefined && given !== value) {
      throw new TaskFailure(
        `Cannot fetch logs of ${name} "${given}": a task has its own execution's`,
      );
    }
  }
  const tasks = isAbsent(task.tasksId) ? undefined : [task.tasksId].flat().map(String);
  const lines = ask({
    about: "logs",
    do: "fetch",
    level: wordOf(task, "level", LEVELS, "INFO"),
    ...(tasks !== undefined && tasks.length > 0 && { tasks }),
  }) as readonly object[];
  const file = storage.create("logs.ion");
  for (const it of lines) file.write(`${JSON.stringify({ ...own, ...it })}\n`);
  file.close();
  return { uri: file.uri, size: lines.length };
};
