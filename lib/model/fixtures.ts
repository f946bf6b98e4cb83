import type { State } from "./outcome.ts";
import type { Source } from "./source.ts";

/**
 * What stands in for a task: it is not run, and ends as is said here. The words are those of Kestra's
 * unit tests (`io.kestra.core.test.flow.TaskFixture`).
 */
export interface TaskMock {
  readonly id: string;
  /** Of which value of a loop, as `taskrun.value` says it; absent: of all that have none of their own. */
  readonly value?: string;
  readonly state: State;
  /** As written: their texts are rendered when the task would begin. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Where it is written. */
  readonly source: Source;
}

/** What an execution is given in place of the world (`io.kestra.core.test.flow.Fixtures`). */
export interface Fixtures {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Texts by name; each is stored before the first task, and `files[name]` is its URI. */
  readonly files: Readonly<Record<string, string>>;
  readonly tasks: readonly TaskMock[];
  /** What `trigger` means in expressions. */
  readonly trigger?: {
    readonly id: string;
    readonly type: string;
    readonly variables: Readonly<Record<string, unknown>>;
  };
}
