import type { LogLevel, State } from "../../model/mod.ts";

/** One line that `errorLogs()` gives. */
export interface ErrorLine {
  readonly taskId: string;
  readonly taskRunId: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly level: "ERROR";
  readonly message: string;
}

/** One task run that `tasksWithState()` gives. */
export interface TaskWithState {
  readonly taskId: string;
  readonly taskRunId: string;
  readonly value?: string;
  readonly state: State;
}

/** How the task runs of an execution have ended, as far as expressions ask for it. */
export interface TaskStates {
  /** Keeps a line if it is an error. */
  log(level: LogLevel, line: Omit<ErrorLine, "level">): void;
  finish(run: TaskWithState): void;
  /** The last ones, oldest first. */
  readonly errors: readonly ErrorLine[];
  /** Of each state the last ones, in the order of their ends. */
  readonly runs: readonly TaskWithState[];
}

/** Of errors, and of task runs of one state: so many are kept, so that memory stays flat. */
const KEPT = 100;

/** Begins with nothing. */
export function makeTaskStates(): TaskStates {
  const errors: ErrorLine[] = [];
  const byState = new Map<State, TaskWithState[]>();
  return {
    log(level, line) {
      if (level !== "ERROR") return;
      errors.push({ ...line, level });
      if (errors.length > KEPT) errors.shift();
    },
    finish(run) {
      const runs = byState.get(run.state) ?? [];
      byState.set(run.state, runs);
      runs.push(run);
      if (runs.length > KEPT) runs.shift();
    },
    get errors() {
      return errors;
    },
    get runs() {
      return [...byState.values()].flat();
    },
  };
}
