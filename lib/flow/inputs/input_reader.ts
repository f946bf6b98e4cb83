import type {
  Input,
  InputBound,
  InputChoice,
  InputType,
  Located,
  LocatedMap,
} from "../../model/mod.ts";
import { findLocated, toPlain } from "../../source/mod.ts";
import { type Findings, notSupported, wrongValue } from "../findings.ts";
import { isExpression, isNull, kindOf, textOf } from "../located_values.ts";
import { INPUT_TYPES, KESTRA_INPUT_TYPES, KEYS_OF_TYPES } from "./input_keys.ts";
import { readLinearPattern } from "./linear_pattern.ts";
import { patternFault } from "./java_pattern.ts";
import { parseInputValue } from "./parse_input_value.ts";

/** Types whose default Kestra looks into only when a run needs it. */
const READ_LATE: readonly InputType[] = ["ARRAY", "JSON", "MULTISELECT", "YAML"];

const BOUNDS = ["min", "max", "after", "before"] as const;

/** Reads what one input says beside its id and type; each function says what does not fit. */
export interface InputReader {
  /** Whether a key says true; where it says nothing it is as `usual` has it. */
  flag(name: string, usual: "yes" | "no"): boolean;
  names(): Pick<Input, "displayName" | "description">;
  defaults(): Pick<Input, "defaults">;
  prefill(): Pick<Input, "prefill">;
  bounds(): readonly InputBound[];
  validator(): Pick<Input, "validator">;
  choices(): Pick<Input, "choices" | "expression">;
  itemType(): Pick<Input, "itemType">;
  extensions(): readonly string[];
  dependsOn(): Pick<Input, "dependsOn">;
}

/** Makes the reader of an input of a type that can be given. */
export function inputReader(
  id: string,
  type: InputType,
  item: LocatedMap,
  { problems, refusals }: Findings,
): InputReader {
  /** What stands under a key that the type has; `undefined` for nothing and null. */
  const find = (...path: string[]): Located | undefined => {
    const types = Object.hasOwn(KEYS_OF_TYPES, path[0]!) ? KEYS_OF_TYPES[path[0]!] : undefined;
    const value = types?.includes(type) === false ? undefined : findLocated(item, path);
    return isNull(value) ? undefined : value;
  };
  const wrong = (name: string, fact: string, at: Located) =>
    problems.push(wrongValue(`${name} of input "${id}"`, fact, at.source));
  const text = (...path: string[]) => {
    const value = find(...path);
    const it = textOf(value);
    if (value !== undefined && it === undefined) {
      wrong(`"${path.join(".")}"`, `expected a text, got ${kindOf(value)}`, value);
    }
    return value === undefined || it === undefined
      ? undefined
      : { value: it, source: value.source };
  };
  const texts = (...path: string[]) => {
    const value = find(...path);
    if (value === undefined) return [];
    if (value.kind === "list" && value.items.every((it) => textOf(it) !== undefined)) {
      return value.items.map((it) => textOf(it)!);
    }
    wrong(`"${path.join(".")}"`, "expected a list of texts", value);
    return [];
  };
  const itemType = (): InputType | undefined => {
    const name = textOf(find("itemType"));
    return name !== undefined && Object.hasOwn(INPUT_TYPES, name) ? INPUT_TYPES[name] : undefined;
  };
  return {
    flag(name, usual) {
      const value = find(name);
      if (value === undefined) return usual === "yes";
      const it = textOf(value);
      if (it !== undefined && /^(true|false)$/i.test(it)) return it.toLowerCase() === "true";
      problems.push(
        wrongValue(`"${name}"`, `expected true or false, got ${kindOf(value)}`, value.source),
      );
      return usual === "yes";
    },
    names() {
      const [displayName, description] = [textOf(find("displayName")), textOf(find("description"))];
      return {
        ...(displayName !== undefined && { displayName }),
        ...(description !== undefined && { description }),
      };
    },
    defaults() {
      const value = find("defaults");
      if (value === undefined) return {};
      const { source } = value;
      const plain = toPlain(value);
      if (isExpression(JSON.stringify(plain))) return { defaults: { value: plain, source } };
      const parsed = parseInputValue(type, plain, itemType());
      if (parsed.ok) return { defaults: { value: parsed.value, source } };
      if (READ_LATE.includes(type)) {
        refusals.push(
          notSupported(`Cannot use the default of input "${id}": ${parsed.fact}`, source),
        );
      } else if (type !== "FILE") wrong("the default", parsed.fact, value); // Of a FILE it is said.
      return {};
    },
    prefill() {
      const value = find("prefill");
      return value === undefined
        ? {}
        : { prefill: { value: toPlain(value), source: value.source } };
    },
    bounds() {
      return BOUNDS.flatMap((name) => {
        const end = find(name);
        if (end === undefined) return [];
        const parsed = parseInputValue(type, toPlain(end));
        if (parsed.ok) return [{ name, value: parsed.value }];
        wrong(name, parsed.fact, end);
        return [];
      });
    },
    validator() {
      const validator = text("validator");
      if (validator === undefined || patternFault(validator.value) !== undefined) return {};
      const read = readLinearPattern(validator.value);
      if (read.ok) return { validator };
      refusals.push(
        notSupported(
          `Cannot run: validator "${validator.value}" of input "${id}" cannot be matched in linear time, ${read.fact}`,
          validator.source,
          "Patterns are matched by RE2: look-aheads stand in front, and nothing refers back",
        ),
      );
      return {};
    },
    choices() {
      const expression = text("expression");
      if (expression !== undefined) return { expression };
      const list = find("values") ?? find("options");
      if (list === undefined) return {};
      if (list.kind === "list") {
        const choices = list.items.map(choiceOf);
        if (choices.every((it) => it !== undefined)) return { choices };
      }
      wrong("values", "expected a list of texts, or of maps of value and label", list);
      return {};
    },
    itemType() {
      const found = itemType();
      const name = textOf(find("itemType"));
      if (name !== undefined && found === undefined && KESTRA_INPUT_TYPES.includes(name)) {
        const at = find("itemType")!.source;
        refusals.push(
          notSupported(`Cannot run: items of type ${name} are not supported`, at),
        );
      }
      return found === undefined ? {} : { itemType: found };
    },
    extensions: () => texts("allowedFileExtensions"),
    dependsOn() {
      const value = find("dependsOn");
      if (value === undefined) return {};
      if (value.kind !== "map") {
        wrong('"dependsOn"', `expected a map of inputs and condition, got ${kindOf(value)}`, value);
        return {};
      }
      const condition = text("dependsOn", "condition");
      return {
        dependsOn: { inputs: texts("dependsOn", "inputs"), ...(condition && { condition }) },
      };
    },
  };
}

/** A choice is a text, or since 2.0 a map of value and label (`ValueOption`). */
function choiceOf(item: Located): InputChoice | undefined {
  const text = textOf(item);
  if (text !== undefined) return { value: text };
  const value = textOf(findLocated(item, ["value"]));
  const label = textOf(findLocated(item, ["label"]));
  return value === undefined ? undefined : { value, ...(label !== undefined && { label }) };
}
