import {
  type Diagnostic,
  type Flow,
  type Input,
  type InputType,
  type LocatedMap,
  type Refusal,
  StageError,
} from "../model/mod.ts";
import {
  checkShape,
  findLocated,
  parseYaml,
  sourceAt,
  toPlain,
  unknownKey,
} from "../source/mod.ts";
import { parseInputValue } from "./parse_input_value.ts";
import { parseTasks } from "./parse_tasks.ts";
import {
  FLOW_KEYS,
  Id,
  IDLE_KEYS,
  INPUT_KEYS,
  InputShape,
  KESTRA_INPUT_TYPES,
  Labels,
  Namespace,
  UNSUPPORTED_KEYS,
} from "./shapes.ts";

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

/**
 * Makes a flow of what was read and of the defaults that were merged in.
 *
 * What Kestra has and bulkhead has not yet does not stop the reading: it becomes a refusal,
 * so that the flow can be planned and not run.
 *
 * @returns The flow, and what is worth a warning.
 * @throws {StageError} With every problem found.
 */
export function parseFlow(
  root: LocatedMap,
): { readonly flow: Flow; readonly warnings: readonly Diagnostic[] } {
  const file = root.source.file;
  const problems: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const refusals: Refusal[] = [];
  checkKeys(root, { problems, warnings, refusals });
  const text = (key: "id" | "namespace", schema: typeof Id) => {
    const value = root.entries.get(key)?.value;
    if (value !== undefined) return checkShape(schema, value, "flow", key, problems) ?? "";
    problems.push(missing("flow", key, root));
    return "";
  };
  const flow: Flow = {
    file,
    id: text("id", Id),
    namespace: text("namespace", Namespace),
    ...descriptionOf(root),
    labels: labelsOf(root, problems),
    inputs: inputsOf(root, problems, refusals),
    variables: variablesOf(root, problems),
    tasks: parseTasks(root, "tasks", problems),
    errors: parseTasks(root, "errors", problems),
    refusals,
  };
  if (!root.entries.has("tasks")) problems.push(missing("flow", "tasks", root));
  refuseTwins([...flow.tasks, ...flow.errors], problems);
  if (problems.length > 0) throw new StageError(problems);
  return { flow, warnings };
}

interface Findings {
  readonly problems: Diagnostic[];
  readonly warnings: Diagnostic[];
  readonly refusals: Refusal[];
}

function checkKeys(root: LocatedMap, { problems, warnings, refusals }: Findings): void {
  for (const [name, { key }] of root.entries) {
    if (FLOW_KEYS.includes(name)) continue;
    if (IDLE_KEYS.includes(name)) {
      warnings.push({
        code: "flow/idle-key",
        severity: "warning",
        message: `"${name}" has no effect here: a flow is run by hand, once`,
        at: key,
      });
    } else if (UNSUPPORTED_KEYS.includes(name)) {
      refusals.push({
        code: "flow/not-supported",
        message: `Cannot run a flow with "${name}": it is not supported yet`,
        by: "unsupported",
        source: key,
      });
    } else problems.push(unknownKey("flow", "flow", name, FLOW_KEYS, key));
  }
}

function descriptionOf(root: LocatedMap) {
  const value = root.entries.get("description")?.value;
  return value?.kind === "scalar" && value.value !== null
    ? { description: String(value.value) }
    : {};
}

function labelsOf(root: LocatedMap, problems: Diagnostic[]): Record<string, string> {
  const value = root.entries.get("labels")?.value;
  if (value === undefined || (value.kind === "scalar" && value.value === null)) return {};
  const labels = checkShape(Labels, value, "flow", "labels", problems);
  if (labels === undefined) return {};
  const pairs = Array.isArray(labels)
    ? labels.map((it): [string, unknown] => [it.key, it.value])
    : Object.entries(labels);
  for (const [name] of pairs) {
    if (!name.startsWith("system.") && name !== "system.") continue;
    problems.push({
      code: "flow/system-label",
      severity: "error",
      message: `Cannot set label "${name}": labels that begin with "system." are Kestra's own`,
      at: sourceAt(value, [name]),
    });
  }
  return Object.fromEntries(pairs.map(([name, it]) => [name, String(it)]));
}

const INPUT_TYPES: Readonly<Record<string, InputType>> = {
  STRING: "STRING",
  INT: "INT",
  FLOAT: "FLOAT",
  BOOLEAN: "BOOLEAN",
  BOOL: "BOOLEAN",
  JSON: "JSON",
};

function inputsOf(root: LocatedMap, problems: Diagnostic[], refusals: Refusal[]): Input[] {
  const list = root.entries.get("inputs")?.value;
  if (list === undefined || (list.kind === "scalar" && list.value === null)) return [];
  if (list.kind !== "list") {
    problems.push({
      code: "flow/wrong-value",
      severity: "error",
      message: `Cannot use "inputs": expected a list, got a ${list.kind}`,
      at: list.source,
    });
    return [];
  }
  const seen = new Map<string, Input>();
  for (const [i, item] of list.items.entries()) {
    const shape = checkShape(InputShape, item, "flow", `inputs.${i}`, problems);
    if (shape === undefined || item.kind !== "map") continue;
    const id = shape.id ?? shape.name;
    if (id === undefined) {
      problems.push(missing("input", "id", item));
      continue;
    }
    const twin = seen.get(id);
    if (twin !== undefined) problems.push(duplicate("input", id, item, twin.source));
    for (const [name, { key }] of item.entries) {
      if (INPUT_KEYS.includes(name)) continue;
      refusals.push({
        code: "flow/not-supported",
        message: `Cannot run: "${name}" of input "${id}" is not supported yet`,
        by: "unsupported",
        source: key,
      });
    }
    const type = INPUT_TYPES[shape.type];
    if (type !== undefined) {
      seen.set(id, inputOf(id, type, shape.required ?? true, item, problems, refusals));
      continue;
    }
    const at = sourceAt(item, ["type"]);
    if (KESTRA_INPUT_TYPES.includes(shape.type)) {
      refusals.push({
        code: "flow/not-supported",
        message: `Cannot run: inputs of type ${shape.type} are not supported yet`,
        by: "unsupported",
        source: at,
      });
    } else {
      problems.push({
        code: "flow/unknown-input-type",
        severity: "error",
        message: `Cannot use input type "${shape.type}": Kestra has no such type`,
        at,
        help: `It has ${KESTRA_INPUT_TYPES.join(", ")}`,
      });
    }
  }
  return [...seen.values()];
}

function inputOf(
  id: string,
  type: InputType,
  required: boolean,
  item: LocatedMap,
  problems: Diagnostic[],
  refusals: Refusal[],
): Input {
  const input = { id, type, required, source: item.source };
  const defaults = findLocated(item, ["defaults"]);
  if (defaults === undefined) return input;
  const plain = toPlain(defaults);
  if (plain === null) return input;
  if (JSON.stringify(plain).includes("{{")) {
    refusals.push({
      code: "flow/not-supported",
      message: `Cannot run: an expression as default of input "${id}" is not supported yet`,
      by: "unsupported",
      source: defaults.source,
    });
    return input;
  }
  const parsed = parseInputValue(type, plain);
  if (parsed.ok) return { ...input, defaults: { value: parsed.value } };
  problems.push({
    code: "flow/wrong-value",
    severity: "error",
    message: `Cannot use the default of input "${id}": ${parsed.fact}`,
    at: defaults.source,
  });
  return input;
}

function variablesOf(root: LocatedMap, problems: Diagnostic[]): Record<string, unknown> {
  const value = root.entries.get("variables")?.value;
  if (value === undefined || (value.kind === "scalar" && value.value === null)) return {};
  if (value.kind === "map") return toPlain(value);
  problems.push({
    code: "flow/wrong-value",
    severity: "error",
    message: `Cannot use "variables": expected a map, got a ${value.kind}`,
    at: value.source,
  });
  return {};
}

function refuseTwins(tasks: Flow["tasks"], problems: Diagnostic[]): void {
  const seen = new Map<string, LocatedMap>();
  const walk = (all: Flow["tasks"]) => {
    for (const { id, effective, children } of all) {
      const twin = seen.get(id);
      if (twin !== undefined) problems.push(duplicate("task", id, effective, twin.source));
      else seen.set(id, effective);
      walk(children);
    }
  };
  walk(tasks);
}

function duplicate(
  what: string,
  id: string,
  { source }: LocatedMap,
  first: LocatedMap["source"],
): Diagnostic {
  return {
    code: `flow/duplicate-${what}`,
    severity: "error",
    message: `Cannot use ${what} "${id}": another one has the same id`,
    at: source,
    related: [{ message: "the first stands here", at: first }],
  };
}

function missing(what: string, key: string, owner: LocatedMap): Diagnostic {
  return {
    code: "flow/missing-key",
    severity: "error",
    message: `Cannot use ${what} without "${key}": the key is missing`,
    at: owner.source,
  };
}
