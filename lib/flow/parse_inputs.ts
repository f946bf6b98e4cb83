import type { Diagnostic, Input, InputType, Located, LocatedMap } from "../model/mod.ts";
import { checkShape, findLocated, nearest, sourceAt, toPlain } from "../source/mod.ts";
import { checkInput, unknownType } from "./check_input.ts";
import { checkInputOrder } from "./check_input_order.ts";
import { duplicate, type Findings, missing, notSupported, wrongValue } from "./findings.ts";
import { FURTHER_INPUT_KEYS, INPUT_KEYS, INPUT_TYPES, KESTRA_INPUT_TYPES } from "./input_keys.ts";
import { parseInputValue } from "./parse_input_value.ts";
import { DataId } from "./shapes.ts";
import { isExpression, isNull, kindOf, textOf } from "./located_values.ts";

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
  return inputs;
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
  const supported = Object.hasOwn(INPUT_TYPES, type) ? INPUT_TYPES[type] : undefined;
  if (supported === undefined) {
    if (!KESTRA_INPUT_TYPES.includes(type)) {
      problems.push(unknownType("input", type, typeAt.source));
      return [];
    }
    refusals.push(
      notSupported(
        `Cannot run: inputs of type ${type} are not supported yet`,
        typeAt.source,
        `Inputs here are of type ${Object.keys(INPUT_TYPES).join(", ")}`,
      ),
    );
    // What a FORM asks for is checked, not given: the FORM itself is refused.
    readList(findLocated(item, ["inputs"]), `${at}.inputs`, `${path}.`, seen, {
      ...findings,
      refusals: [],
    });
    return [];
  }
  refuseKeys(path, item, findings);
  const input = { id: path, type: supported, required: requiredOf(item, findings) };
  return [{ ...input, ...defaultsOf(path, supported, item, findings), source: item.source }];
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

function refuseKeys(id: string, item: LocatedMap, { refusals }: Findings): void {
  if (id.includes(".")) {
    refusals.push(
      notSupported(
        `Cannot run: input "${id}" is one value of a map, which is not supported yet`,
        sourceAt(item, ["id"]),
        "Leave the dot out, or use an input of type JSON",
      ),
    );
  }
  for (const [name, { key, value }] of item.entries) {
    if (INPUT_KEYS.includes(name) || isNull(value)) continue;
    const near = FURTHER_INPUT_KEYS.includes(name)
      ? undefined
      : nearest(name, [...INPUT_KEYS, ...FURTHER_INPUT_KEYS]);
    refusals.push(
      notSupported(
        `Cannot run: "${name}" of input "${id}" is not supported yet`,
        key,
        near === undefined ? "Leave it out" : `Did you mean "${near}"?`,
      ),
    );
  }
}

function requiredOf(item: LocatedMap, { problems }: Findings): boolean {
  const value = findLocated(item, ["required"]);
  const text = textOf(value);
  if (value === undefined || isNull(value)) return true;
  if (text !== undefined && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  problems.push(
    wrongValue('"required"', `expected true or false, got ${kindOf(value)}`, value.source),
  );
  return true;
}

function defaultsOf(
  id: string,
  type: InputType,
  item: LocatedMap,
  { problems, refusals }: Findings,
): Pick<Input, "defaults"> {
  const defaults = findLocated(item, ["defaults"]);
  if (defaults === undefined || isNull(defaults)) return {};
  const plain = toPlain(defaults);
  if (isExpression(JSON.stringify(plain))) {
    refusals.push(
      notSupported(
        `Cannot run: an expression as default of input "${id}" is not supported yet`,
        defaults.source,
        `Leave it out, and give the value with -i ${id}=…`,
      ),
    );
    return {};
  }
  const parsed = parseInputValue(type, plain);
  if (parsed.ok) return { defaults: { value: parsed.value } };
  const what = `the default of input "${id}"`;
  // Kestra looks into JSON only when a run needs it.
  if (type === "JSON") {
    refusals.push(notSupported(`Cannot use ${what}: ${parsed.fact}`, defaults.source));
  } else problems.push(wrongValue(what, parsed.fact, defaults.source));
  return {};
}
