import type { Diagnostic, Fixtures, Located, TaskMock } from "../model/mod.ts";
import { checkShape, findLocated, toPlain } from "../source/mod.ts";
import { FixturesShape, MOCK_STATES } from "./shapes.ts";

/** No fixtures: the flow runs as it would. */
export const NO_FIXTURES: Fixtures = { inputs: {}, files: {}, tasks: [] };

/**
 * Reads fixtures: `inputs`, `files`, `tasks` and `trigger`.
 *
 * @param located What stands under `fixtures`, or the whole of a file of mocks.
 * @param name What it is called in messages.
 * @param problems Receives what does not fit, with its place.
 */
export function parseFixtures(
  located: Located,
  name: string,
  problems: Diagnostic[],
): Fixtures {
  const shape = checkShape(FixturesShape, located, "test", name, problems);
  return shape === undefined ? NO_FIXTURES : fixturesOf(located, name, problems);
}

/** The same of what is known to have the shape. */
export function fixturesOf(
  located: Located,
  name: string,
  problems: Diagnostic[],
): Fixtures {
  const { inputs, files, tasks, trigger } = FixturesShape().parse(toPlain(located));
  const seen = new Map<string, TaskMock>();
  for (const [i, { id, value, state, outputs }] of (tasks ?? []).entries()) {
    const source = findLocated(located, ["tasks", String(i)])!.source;
    const key = JSON.stringify([id, value ?? null]);
    const twin = seen.get(key);
    if (twin !== undefined) {
      problems.push({
        code: "test/duplicate-mock",
        severity: "error",
        message: `Cannot use "${name}.tasks.${i}": task "${id}" is mocked above${
          typeof value === "string" ? ` for value "${value}"` : ""
        }`,
        at: source,
        related: [{ message: "the first stands here", at: twin.source }],
      });
      continue;
    }
    seen.set(key, {
      id,
      ...(typeof value === "string" && { value }),
      state: state ?? MOCK_STATES[0],
      outputs: outputs ?? {},
      source,
    });
  }
  return {
    inputs: inputs ?? {},
    files: files ?? {},
    tasks: [...seen.values()],
    ...(trigger && {
      trigger: { id: trigger.id, type: trigger.type, variables: trigger.variables ?? {} },
    }),
  };
}
