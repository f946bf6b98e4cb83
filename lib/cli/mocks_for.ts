import { type Flow, StageError, type TaskMock, tasksOf } from "../model/mod.ts";
import { nearest } from "../source/mod.ts";

/**
 * The mocks of a flow's tasks.
 *
 * @throws {StageError} When one is of a task that the flow has not: it would stand in for nothing.
 */
export function mocksFor(flow: Flow, mocks: readonly TaskMock[]): readonly TaskMock[] {
  const known = tasksOf(flow).map((it) => it.id);
  const problems = mocks.filter((it) => !known.includes(it.id)).map(({ id, source }) => {
    const near = nearest(id, known);
    return {
      code: "test/unknown-task" as const,
      severity: "error" as const,
      message: `Cannot mock task "${id}": flow "${flow.namespace}/${flow.id}" has ${
        known.join(", ")
      }`,
      at: source,
      ...(near !== undefined && { help: `Did you mean "${near}"?` }),
    };
  });
  if (problems.length > 0) throw new StageError(problems);
  return mocks;
}
