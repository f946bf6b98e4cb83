import { type Diagnostic, type Flow, StageError } from "../model/mod.ts";
import { nearest } from "../source/mod.ts";
import { parseInputValue } from "./parse_input_value.ts";

/**
 * Brings together what a flow asks for and what a person gave.
 *
 * @param flow Its inputs, with their defaults.
 * @param given Values by name; text from the command line, anything from a file.
 * @returns A value for each input; null for one that is neither given nor required.
 * @throws {StageError} Fault `usage`: an unknown name, a wrong type, a missing value.
 */
export function resolveInputs(
  flow: Pick<Flow, "inputs" | "file">,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const problems: Diagnostic[] = [];
  const known = flow.inputs.map((it) => it.id);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    problems.push({
      code: "usage/unknown-input",
      severity: "error",
      message: `Cannot use input "${name}": the flow ${
        known.length === 0 ? "has no inputs" : `has ${known.join(", ")}`
      }`,
      ...(near !== undefined && { help: `Did you mean "${near}"?` }),
    });
  }
  const values = flow.inputs.map(({ id, type, required, defaults, source }): [string, unknown] => {
    if (Object.hasOwn(given, id)) {
      const parsed = parseInputValue(type, given[id]);
      if (parsed.ok) return [id, parsed.value];
      problems.push({
        code: "usage/bad-input",
        severity: "error",
        message: `Cannot use "${shown(given[id])}" for input "${id}": ${parsed.fact}`,
        at: source,
      });
    } else if (defaults !== undefined) {
      return [id, defaults.value];
    } else if (required) {
      problems.push({
        code: "usage/missing-input",
        severity: "error",
        message: `Cannot run: input "${id}" (${type}) has no value`,
        at: source,
        help: `Give it with -i ${id}=…`,
      });
    }
    return [id, null];
  });
  if (problems.length > 0) throw new StageError(problems, "usage");
  return Object.fromEntries(values);
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
