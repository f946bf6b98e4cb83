import type { LocatedMap, LogLevel, Sourced, Task } from "../model/mod.ts";
import { type Findings, notSupported, wrongValue } from "./findings.ts";
import { isEmpty, isNull, kindOf, textOf } from "./located_values.ts";
import { parseRetry } from "./parse_retry.ts";
import { durationOf, inside, readFlag, readWord, type ValueReader } from "./value_reader.ts";

/** What every task may say beside its id and its class. */
type TaskKeys = Pick<
  Task,
  | "timeoutMs"
  | "timeoutText"
  | "allowFailure"
  | "allowWarning"
  | "disabled"
  | "runIf"
  | "retry"
  | "logLevel"
>;

/** Keys of a task that choose a worker, which only Kestra's Enterprise Edition does. */
const WORKER_KEYS = ["workerGroup", "workerSelector"] as const;

/** What `logLevel` may be, from the least. */
export const LEVELS: readonly LogLevel[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];

/** Reads what every task may say, in the words of 1.x and of 2.0. */
export function parseTaskKeys(
  id: string,
  path: string,
  task: LocatedMap,
  findings: Findings,
): TaskKeys {
  for (const name of WORKER_KEYS) {
    const entry = task.entries.get(name);
    if (entry === undefined || isEmpty(entry.value)) continue;
    findings.refusals.push(
      notSupported(
        `Cannot run task "${id}" with "${name}": Kestra's Enterprise Edition alone has workers to choose`,
        entry.key,
        "Leave it out: there is one worker here, this machine",
      ),
    );
  }
  const reader: ValueReader = { owner: `task "${id}"`, path, map: task, findings };
  refuseCache(reader);
  const retry = parseRetry(reader);
  const logLevel = readWord(reader, "logLevel", LEVELS, undefined);
  return {
    ...timeoutOf(reader),
    allowFailure: readFlag(reader, "allowFailure", false),
    ...(readFlag(reader, "allowWarning", false) && { allowWarning: true }),
    disabled: readFlag(reader, "disabled", false),
    ...conditionOf(id, path, task, findings),
    ...(retry && { retry }),
    ...(logLevel && { logLevel }),
  };
}

function timeoutOf(reader: ValueReader): Pick<Task, "timeoutMs" | "timeoutText"> {
  const timeout = durationOf(reader, "timeout");
  if (timeout === undefined) return {};
  const { value, source } = timeout;
  return typeof value === "number"
    ? { timeoutMs: { value, source } }
    : { timeoutText: { value, source } };
}

/** A task whose outputs are kept for another execution would not run where it ran before. */
function refuseCache(reader: ValueReader): void {
  const cache = inside(reader, "taskCache");
  if (cache === undefined || !readFlag(cache, "enabled", false)) return;
  reader.findings.refusals.push(
    notSupported(
      `Cannot run ${reader.owner} with "taskCache": no outputs are kept for another execution`,
      reader.map.entries.get("taskCache")!.key,
      'Leave it out, or say "enabled: false"',
    ),
  );
}

/** `runIf` of 1.x and `when` of 2.0 mean the same. */
function conditionOf(
  id: string,
  path: string,
  task: LocatedMap,
  { problems }: Findings,
): { readonly runIf?: Sourced<string> } {
  const found = ["runIf", "when"].flatMap((name) => {
    const entry = task.entries.get(name);
    return entry === undefined || isNull(entry.value) ? [] : [{ name, ...entry }];
  });
  const [first, second] = found;
  if (first === undefined) return {};
  if (second !== undefined) {
    problems.push({
      code: "flow/two-conditions",
      severity: "error",
      message: `Cannot use "${second.name}" of task "${id}": it says "${first.name}" as well`,
      at: second.key,
      related: [{ message: `"${first.name}" stands here`, at: first.key }],
      help: 'Keep "when" for Kestra 2.0, or "runIf" for 1.x',
    });
  }
  const text = textOf(first.value);
  if (text !== undefined) return { runIf: { value: text, source: first.value.source } };
  problems.push(
    wrongValue(
      `"${path}.${first.name}"`,
      `expected a text, got ${kindOf(first.value)}`,
      first.value.source,
    ),
  );
  return {};
}
