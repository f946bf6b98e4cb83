import type { Event } from "../model/mod.ts";

/** A task run that has not ended yet, and where it stands. */
export interface OpenRun {
  readonly taskRun: string;
  readonly task: string;
  /** The task run of the flowable, or of the Subflow, that it is in. */
  readonly parent: OpenRun | undefined;
  /** How many are around it. */
  readonly depth: number;
  /** The task, with the values of the loops around it from the outermost: `log[a, 3]`. */
  readonly label: string;
  /** The same without those of the loops around its flowable: `log[3]`. */
  readonly ownLabel: string;
  /** The tasks around it and its own, from the outermost: the same for every round of a loop. */
  readonly path: readonly string[];
}

/** Follows which task runs there are, from what events say of them. */
export interface FollowedRuns {
  /** @returns The run that the event is about; it is forgotten when that has ended. */
  see(event: Event): OpenRun | undefined;
  /** Whether another run goes on that is not around this one. */
  hasOthers(run: OpenRun): boolean;
}

/** Longer values of loops are cut in labels. */
const MAX_VALUE = 40;

/** @returns What remembers the runs that have not ended, and no other. */
export function followRuns(): FollowedRuns {
  const open = new Map<string, OpenRun>();
  /** By execution: the run that started it. */
  const starters = new Map<string, OpenRun>();
  const make = (event: Extract<Event, { taskRun: string }>): OpenRun => {
    const { taskRun, task } = event;
    const started = event.type === "task.started" ? event : undefined;
    const parent = started?.parent === undefined ? undefined : open.get(started.parent);
    const outer = parent ?? starters.get(event.execution);
    const round = started?.value ??
      (started?.iteration === undefined ? undefined : `#${started.iteration}`);
    const own = round === undefined ? [] : [cut(round.replace(/\s+/g, " "))];
    const around = outer === undefined ? [] : roundsOf.get(outer) ?? [];
    const run: OpenRun = {
      taskRun,
      task,
      parent: outer,
      depth: outer === undefined ? 0 : outer.depth + 1,
      label: labelOf(task, [...around, ...own]),
      ownLabel: labelOf(task, own),
      path: [...outer?.path ?? [], task],
    };
    roundsOf.set(run, [...around, ...own]);
    return run;
  };
  const roundsOf = new WeakMap<OpenRun, readonly string[]>();
  return {
    see(event) {
      if (event.type === "execution.started") {
        const starter = event.parent && open.get(event.parent.taskRun);
        if (starter) starters.set(event.execution, starter);
        return undefined;
      }
      if (event.type === "execution.finished") {
        starters.delete(event.execution);
        return undefined;
      }
      let run = open.get(event.taskRun);
      // Where it stands is said when it starts; a further attempt starts in the same place.
      const isFirstStart = event.type === "task.started" && event.attempt === 1;
      if (run === undefined || isFirstStart) {
        run = make(event);
        open.set(event.taskRun, run);
      }
      if (event.type === "task.finished") open.delete(event.taskRun);
      return run;
    },
    hasOthers(run) {
      const own = open.has(run.taskRun) ? 1 : 0;
      return open.size - own - run.depth > 0;
    },
  };
}

function labelOf(task: string, rounds: readonly string[]): string {
  return rounds.length === 0 ? task : `${task}[${rounds.join(", ")}]`;
}

function cut(text: string): string {
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}
