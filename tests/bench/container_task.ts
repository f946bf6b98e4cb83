import type { Event } from "../../lib/model/mod.ts";
import type { Contestant, LeftOut } from "./comparison.ts";
import { openFlow } from "./open_flow.ts";
import { IMAGE } from "./peers.ts";

const NAME = { id: "container", name: "bulkhead, container: a script" } as const;

/**
 * Our own container task, where an engine answers: `echo hello` in the image that `docker run` gets.
 *
 * What is timed is the task run of `runFlow()`, from its start to its outcome, workspace included.
 */
export async function findContainerTask(directory: string): Promise<Contestant | LeftOut> {
  const script = {
    id: "it",
    type: "io.kestra.plugin.scripts.shell.Script",
    containerImage: IMAGE,
    script: "echo hello",
  };
  const policy = JSON.stringify({
    bulkhead: { filesystem: "closed", limits: { memory: "512MB" } },
  });
  const flow = await openFlow(directory, { id: "container", tasks: [script] }, policy);
  if (typeof flow === "string") return { ...NAME, reason: flow };
  const take = async () => {
    const said: string[] = [];
    let [start, end] = [NaN, NaN];
    const emit = (event: Event) => {
      if (event.type === "task.started") start = performance.now();
      if (event.type === "task.finished") end = performance.now();
      if (event.type === "task.log") said.push(event.message);
    };
    const state = await flow.run({ prestart: true, emit });
    if (state !== "SUCCESS" || said.join("\n") !== "hello") {
      throw new Error(`${state}, it said ${JSON.stringify(said)}`);
    }
    return end - start;
  };
  return { ...NAME, about: "the same as docker run", side: "ours", take };
}
