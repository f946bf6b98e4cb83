import {
  type Diagnostic,
  type Flow,
  type LocatedMap,
  StageError,
  type Task,
  tasksOf,
} from "../model/mod.ts";
import { checkShape, findLocated, parseYaml, toPlain } from "../source/mod.ts";
import { checkFlowables } from "./check_flowables.ts";
import { checkTriggers } from "./check_triggers.ts";
import { refuseDashedNames } from "./dashed_names.ts";
import { type Findings, missing, noFindings, wrongValue } from "./findings.ts";
import { checkKeys } from "./flow_keys.ts";
import { parseConcurrency } from "./parse_concurrency.ts";
import { parseInputs } from "./inputs/parse_inputs.ts";
import { parseLabels } from "./parse_labels.ts";
import { parseOutputs } from "./parse_outputs.ts";
import { parseRetry } from "./parse_retry.ts";
import { parseSla } from "./parse_sla.ts";
import { parseTasks } from "./parse_tasks.ts";
import { refuseTwins } from "./refuse_twins.ts";
import { removedIn2, speaks2 } from "./removed_in_2.ts";
import { FlowId, Namespace } from "./shapes.ts";
import { isNull, kindOf, textOf } from "./located_values.ts";
import type { ValueReader } from "./value_reader.ts";

/**
 * Reads the text of a flow, before defaults are merged into it.
 *
 * @throws {StageError} When it is no YAML, or no map.
 */
export function readFlow(text: string, file: string): LocatedMap {
  const root = parseYaml(text, file);
  if (root?.kind === "map") return root;
  throw new StageError([{
    code: "flow/not-a-map",
    severity: "error",
    message: `Cannot use flow "${file}": it is ${root === undefined ? "empty" : `a ${root.kind}`}`,
    at: root?.source ?? { file, line: 1, column: 1 },
    help: "A flow has id, namespace and tasks",
  }]);
}

/** A flow, and what is worth saying about it. */
export interface ParsedFlow {
  readonly flow: Flow;
  readonly warnings: readonly Diagnostic[];
  /**
   * What Kestra 2.0 removed of what the flow uses, when all of it is written for 1.x; in a flow
   * that mixes both, no Kestra takes it and this stands among the warnings.
   */
  readonly hints: readonly Diagnostic[];
}

/**
 * Makes a flow of what was read and of the defaults that were merged in.
 *
 * Takes the words of Kestra 1.x and of 2.0. What every Kestra rejects is a problem; what one of
 * them takes and bulkhead has not does not stop the reading: it becomes a refusal, so that the
 * flow can be planned and not run.
 *
 * @throws {StageError} With every problem found.
 */
export function parseFlow(root: LocatedMap): ParsedFlow {
  const findings = noFindings();
  const { problems, warnings, refusals } = findings;
  checkKeys(root, findings);
  const id = nameOf(root, "id", FlowId, findings);
  const namespace = nameOf(root, "namespace", Namespace, findings);
  const inputs = parseInputs(findLocated(root, ["inputs"]), "inputs", findings);
  checkTriggers(findLocated(root, ["triggers"]), problems);
  const reader: ValueReader = { owner: "a flow", path: "", map: root, findings };
  const retry = parseRetry(reader);
  const concurrency = parseConcurrency(reader);
  const flow: Flow = {
    file: root.source.file,
    id,
    namespace,
    ...descriptionOf(root),
    labels: parseLabels(findLocated(root, ["labels"]), findings),
    inputs,
    variables: variablesOf(root, findings),
    tasks: parseTasks(root, "tasks", "required", findings),
    errors: parseTasks(root, "errors", "optional", findings),
    finally: parseTasks(root, "finally", "optional", findings),
    // A flow that has listeners is refused: theirs are looked at, and never run.
    afterExecution: [
      ...parseTasks(root, "afterExecution", "optional", findings),
      ...tasksOfListeners(root, findings),
    ],
    ...(retry && { retry }),
    outputs: parseOutputs(findLocated(root, ["outputs"]), findings),
    ...(concurrency && { concurrency }),
    sla: parseSla(reader),
    refusals,
  };
  if (!root.entries.has("tasks")) {
    problems.push(missing("flow", "tasks", root.source, "A flow has at least one task"));
  }
  const all = [...flow.tasks, ...flow.errors, ...flow.finally, ...flow.afterExecution];
  const taskIds = refuseTwins(tasksOf(flow), problems);
  checkFlowables(all, flow, findings);
  if (problems.length > 0) throw new StageError(problems);
  refusals.push(...refuseDashedNames(root, all, taskIds));
  const removed = removedIn2(root, all);
  return speaks2(root, all)
    ? { flow, warnings: [...warnings, ...removed], hints: [] }
    : { flow, warnings, hints: removed };
}

function nameOf(
  root: LocatedMap,
  key: "id" | "namespace",
  schema: typeof FlowId,
  { problems }: Findings,
): string {
  const value = findLocated(root, [key]);
  if (value !== undefined && !isNull(value)) {
    return checkShape(schema, value, "flow", key, problems) ?? "";
  }
  problems.push(missing("flow", key, value?.source ?? root.source));
  return "";
}

function descriptionOf(root: LocatedMap): Pick<Flow, "description"> {
  const description = textOf(findLocated(root, ["description"]));
  return description === undefined ? {} : { description };
}

function variablesOf(root: LocatedMap, { problems }: Findings): Record<string, unknown> {
  const value = findLocated(root, ["variables"]);
  if (value === undefined || isNull(value)) return {};
  if (value.kind === "map") return toPlain(value);
  const fact = `expected a map, got ${kindOf(value)}`;
  problems.push(wrongValue('"variables"', fact, value.source));
  return {};
}

/** The tasks of listeners, which Kestra 2.0 removed. */
function tasksOfListeners(root: LocatedMap, findings: Findings): readonly Task[] {
  const list = findLocated(root, ["listeners"]);
  if (list === undefined || isNull(list)) return [];
  if (list.kind !== "list") {
    const fact = `expected a list, got ${kindOf(list)}`;
    findings.problems.push(wrongValue('"listeners"', fact, list.source));
    return [];
  }
  return list.items.flatMap((it, i) => {
    const path = `listeners[${i}]`;
    if (it.kind === "map" && it.entries.has("tasks")) {
      return parseTasks(it, "tasks", "required", findings, path);
    }
    findings.problems.push(
      missing(`"${path}"`, "tasks", it.source, "A listener has conditions and tasks"),
    );
    return [];
  });
}
