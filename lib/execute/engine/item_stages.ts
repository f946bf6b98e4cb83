import type { EventBody } from "../../model/mod.ts";
import type { Origin } from "../files/file_store.ts";
import { storeText } from "../files/store_text.ts";
import { randomId } from "../workspace.ts";
import type { FlowableRun, Went } from "./execution.ts";
import { valuesOf } from "./variables_of.ts";

/** One of the tasks that a `ForEachItem` is made of. */
export interface Stage {
  readonly origin: Origin;
  /** Stores a text, piece by piece, and gives its URI. */
  store(name: string, pieces: Iterable<string>): Promise<string>;
}

/** Runs the tasks that a flowable is made of, which no flow names: they are task runs like others. */
export function stagesOf(run: FlowableRun) {
  const { execution, plan: { task }, place } = run;
  return {
    async run(name: string, work: (stage: Stage) => Promise<Went>): Promise<Went> {
      const origin = { task: `${task.id}_${name}`, taskRun: randomId() };
      const started = performance.now();
      const emit = (event: object) =>
        execution.emit({ ...origin, attempt: 1, ...event } as EventBody);
      emit({
        type: "task.planned",
        class: `${task.type.value}${CLASSES[name] ?? ""}`,
        kind: "flowable",
        spawn: "denied",
        argv: [],
        because: [{
          effect: "start nothing",
          rule: "it is a part of a flowable",
          source: "built-in",
        }],
      });
      emit({ type: "task.started", parent: run.taskRun });
      const went = await work({
        origin,
        store: async (file, pieces) =>
          (await storeText(
            { store: execution.files.store, scratch: execution.root.path },
            origin,
            file,
            pieces,
          )).uri,
      });
      execution.outputs.set(origin.task, valuesOf(place), went.outputs);
      const told = execution.mask(went.outputs);
      for (const [key, value] of Object.entries(told)) {
        emit({ type: "task.output", name: key, value });
      }
      emit({
        type: "task.finished",
        state: went.state,
        ...(went.error !== undefined && { error: execution.mask(went.error) }),
        outputs: told,
        elapsedMs: Math.round(performance.now() - started),
      });
      return went;
    },
  };
}

/** How Kestra calls their classes. */
const CLASSES: Readonly<Record<string, string>> = {
  split: "$ForEachItemSplit",
  items: "$ForEachItemExecutable",
  merge: "$ForEachItemMergeOutputs",
};
