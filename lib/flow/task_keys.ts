import type { LocatedMap, Sourced, Task } from "../model/mod.ts";
import { parseDuration } from "../source/mod.ts";
import { type Findings, notSupported, wrongValue } from "./findings.ts";
import { isEmpty, isExpression, isNull, kindOf, textOf } from "./located_values.ts";

/** What every task may say beside its id and its class. */
type TaskKeys = Pick<Task, "timeoutMs" | "allowFailure" | "disabled" | "runIf">;

/** Keys of a task that choose a worker, which only Kestra's Enterprise Edition does. */
const WORKER_KEYS = ["workerGroup", "workerSelector"] as const;

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
  return {
    ...timeoutOf(id, path, task, findings),
    allowFailure: flagOf("allowFailure", id, path, task, findings),
    disabled: flagOf("disabled", id, path, task, findings),
    ...conditionOf(id, path, task, findings),
  };
}

function timeoutOf(
  id: string,
  path: string,
  task: LocatedMap,
  { problems, refusals }: Findings,
): Pick<Task, "timeoutMs"> {
  const entry = task.entries.get("timeout");
  if (entry === undefined || isNull(entry.value)) return {};
  const { source } = entry.value;
  const text = textOf(entry.value);
  const value = text === undefined ? undefined : parseDuration(text);
  if (value !== undefined && value > 0) return { timeoutMs: { value, source } };
  // Java reads a bare number as seconds, and takes signs and zero.
  if (text !== undefined && (isExpression(text) || /^([-+]?P[-+.,\dDTHMS]+|\d+)$/i.test(text))) {
    refusals.push(
      notSupported(
        isExpression(text)
          ? `Cannot run task "${id}": an expression as timeout is not supported yet`
          : `Cannot run task "${id}": a timeout of "${text}" is not supported`,
        source,
        'Write a duration, such as "PT30S"',
      ),
    );
    return {};
  }
  problems.push(
    wrongValue(
      text === undefined ? `"${path}.timeout"` : `timeout "${text}"`,
      'expected a duration such as "PT30S"',
      source,
    ),
  );
  return {};
}

function flagOf(
  name: "allowFailure" | "disabled",
  id: string,
  path: string,
  task: LocatedMap,
  { problems, refusals }: Findings,
): boolean {
  const entry = task.entries.get(name);
  if (entry === undefined || isNull(entry.value)) return false;
  const text = textOf(entry.value);
  if (text !== undefined && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const { source } = entry.value;
  if (text !== undefined && isExpression(text)) {
    refusals.push(
      notSupported(
        `Cannot run task "${id}": an expression as "${name}" is not supported`,
        source,
        "Write true or false, or put the expression into runIf",
      ),
    );
  } else {
    problems.push(
      wrongValue(`"${path}.${name}"`, `expected true or false, got ${kindOf(entry.value)}`, source),
    );
  }
  return false;
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
