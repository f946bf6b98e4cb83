import type { Event, FlowPlan } from "../model/mod.ts";
import { makeStyle, runText, safeJson } from "../report/mod.ts";
import type { CommandIo } from "./command.ts";
import { canDraw, liveTree, terminal } from "./live_tree.ts";
import { openReport } from "./write_report.ts";

/** How a run is told, as its command line asks. */
export interface TellOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly report: string | undefined;
  /** Whether questions come in between: a tree would be drawn over them. */
  readonly asks: boolean;
}

/** Whoever is told of a run. To be disposed of when it is over. */
export interface Told extends AsyncDisposable {
  readonly emit: (event: Event) => void;
}

/**
 * Tells a run on stdout: as JSON Lines, as a tree that is drawn in place, or as text; and in a report
 * where one is asked for.
 *
 * @param plans Of the flow, then of its subflows.
 * @throws {StageError} `host`, when the report cannot be written.
 */
export async function tellRun(
  io: CommandIo,
  { json, quiet, report: path, asks }: TellOptions,
  plans: readonly FlowPlan[],
): Promise<Told> {
  const stack = new AsyncDisposableStack();
  const listeners: ((event: Event) => void)[] = [];
  if (path !== undefined) {
    const report = await openReport({ path, plans, texts: io.texts, now: () => new Date() });
    listeners.push(stack.use(report).see);
  }
  const style = makeStyle(io.colour.out);
  if (json) {
    listeners.push((event) => io.out(`${safeJson(event)}\n`));
  } else if (!quiet && !asks && canDraw(io.env)) {
    listeners.push(stack.use(liveTree(terminal(io.out), io.texts, style)).see);
  } else {
    const tell = runText(io.texts, style, quiet ? "faults" : "all");
    listeners.push((event) => {
      const text = tell(event);
      if (text !== "") io.out(text);
    });
  }
  return {
    emit: (event) => listeners.forEach((it) => it(event)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
