import type { Diagnostic, Input, InputType, Located, LocatedMap } from "../../model/mod.ts";
import { checkShape, findLocated } from "../../source/mod.ts";
import { checkInput, unknownType } from "./check_input.ts";
import { checkInputOrder } from "./check_input_order.ts";
import { duplicate, type Findings, missing, notSupported, wrongValue } from "../findings.ts";
import { INPUT_TYPES, KESTRA_INPUT_TYPES, NO_INPUT_TYPES } from "./input_keys.ts";
import { inputReader } from "./input_reader.ts";
import { refuseInputKeys } from "./refuse_input_keys.ts";
import { DataId } from "../shapes.ts";
import { isNull, kindOf, textOf } from "../located_values.ts";

/**
 * Reads a list of inputs: a flow's, or those that a pause asks for.
 *
 * @param list Absent and null are no inputs.
 * @param name What the list is called: `inputs`.
 * @returns Those that can be given here; every other one is a problem or a refusal.
 */
export function parseInputs(
  list: Located | undefined,
  name: string,
  findings: Findings,
): readonly Input[] {
  const seen = new Map<string, LocatedMap>();
  const inputs = readList(list, name, "", seen, findings);
  checkInputOrder(seen, findings.problems);
  refuseMapsThatAreValues(inputs, findings);
  return inputs;
}

/** `a` and `a.b` cannot both be given: the one is a value, the other would make it a map. */
function refuseMapsThatAreValues(inputs: readonly Input[], { refusals }: Findings): void {
  const ids = new Set(inputs.map((it) => it.id));
  for (const { id, source } of inputs) {
    const around = id.split(".").slice(0, -1).map((_, i, all) => all.slice(0, i + 1).join("."))
      .find((it) => ids.has(it));
    if (around === undefined) continue;
    refusals.push(
      notSupported(`Cannot run: input "${around}" is no map, and input "${id}" is in it`, source),
    );
  }
}

function readList(
  list: Located | undefined,
  name: string,
  prefix: string,
  seen: Map<string, LocatedMap>,
  findings: Findings,
): Input[] {
  if (list === undefined || isNull(list)) return [];
  if (list.kind !== "list") {
    findings.problems.push(
      wrongValue(`"${name}"`, `expected a list, got ${kindOf(list)}`, list.source),
    );
    return [];
  }
  return list.items.flatMap((item, i) => {
    const at = `${name}.${i}`;
    if (item.kind === "map") return readInput(item, at, prefix, seen, findings);
    const fact = `expected an input, got ${kindOf(item)}`;
    findings.problems.push(wrongValue(`"${at}"`, fact, item.source));
    return [];
  });
}

function readInput(
  item: LocatedMap,
  at: string,
  prefix: string,
  seen: Map<string, LocatedMap>,
  findings: Findings,
): Input[] {
  const { problems, refusals } = findings;
  const id = idOf(item, at, problems);
  const typeAt = findLocated(item, ["type"]);
  const type = textOf(typeAt);
  if (typeAt === undefined || type === undefined) {
    problems.push(missing(
      id === undefined ? `"${at}"` : `input "${id}"`,
      "type",
      typeAt?.source ?? item.source,
      `It is one of ${KESTRA_INPUT_TYPES.join(", ")}`,
    ));
  }
  if (id === undefined) return [];
  const path = `${prefix}${id}`;
  const twin = seen.get(path);
  if (twin === undefined) seen.set(path, item);
  else problems.push(duplicate("input", path, item, twin.source));
  if (typeAt === undefined || type === undefined) return [];
  checkInput(path, type, item, problems);
  refuseInputKeys(path, type, item, findings);
  if (type === "FORM") return readForm(item, at, path, seen, findings);
  const supported = Object.hasOwn(INPUT_TYPES, type) ? INPUT_TYPES[type] : undefined;
  if (supported !== undefined) return [inputOf(path, supported, item, findings)];
  if (!KESTRA_INPUT_TYPES.includes(type)) {
    problems.push(unknownType("input", type, typeAt.source));
    return [];
  }
  refusals.push(
    notSupported(
      `Cannot run: inputs of type ${type} are not supported, ${NO_INPUT_TYPES[type]}`,
      typeAt.source,
      `Inputs here are of type ${Object.keys(INPUT_TYPES).join(", ")}`,
    ),
  );
  return [];
}

/** A FORM is no value: what it asks for are inputs whose ids begin with its own (`FormInput`). */
function readForm(
  item: LocatedMap,
  at: string,
  path: string,
  seen: Map<string, LocatedMap>,
  findings: Findings,
): Input[] {
  if (path.includes(".")) {
    findings.refusals.push(
      notSupported(
        `Cannot run: form "${path}" stands in another, and forms cannot be nested`,
        item.source,
        "Put its inputs beside it",
      ),
    );
  }
  return readList(findLocated(item, ["inputs"]), `${at}.inputs`, `${path}.`, seen, findings);
}

function inputOf(id: string, type: InputType, item: LocatedMap, findings: Findings): Input {
  const read = inputReader(id, type, item, findings);
  return {
    id,
    type,
    required: read.flag("required", "yes"),
    ...read.names(),
    ...read.defaults(),
    ...read.prefill(),
    bounds: read.bounds(),
    ...read.validator(),
    ...read.choices(),
    allowCustomValue: read.flag("allowCustomValue", "no"),
    autoSelectFirst: read.flag("autoSelectFirst", "no"),
    ...read.itemType(),
    extensions: read.extensions(),
    ...read.dependsOn(),
    source: item.source,
  };
}

function idOf(item: LocatedMap, at: string, problems: Diagnostic[]): string | undefined {
  const key = isNull(findLocated(item, ["id"])) ? "name" : "id";
  const value = findLocated(item, [key]);
  if (value !== undefined && !isNull(value)) {
    return checkShape(DataId, value, "flow", `${at}.${key}`, problems);
  }
  problems.push(missing("input", "id", item.source));
  return undefined;
}
