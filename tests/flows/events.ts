import type { Event } from "../../lib/model/mod.ts";
import { bulkhead, type Given } from "../cli/bulkhead.ts";

/** A run, by its events. */
export interface Run {
  readonly code: number;
  readonly stderr: string;
  readonly events: readonly Event[];
  /** States by task, and of the execution under its own name. */
  readonly states: Readonly<Record<string, string>>;
  /** Outputs by task. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** `LEVEL message`, in order. */
  readonly logs: readonly string[];
}

/** Runs a flow of `given.cwd` and reads its events. */
export async function runFlow(argv: readonly string[], given: Given): Promise<Run> {
  const { code, stdout, stderr } = await bulkhead(["run", ...argv, "--json"], given);
  const events: Event[] = stdout.split("\n").filter((it) => it !== "").map((it) => JSON.parse(it));
  const states: Record<string, string> = {};
  const outputs: Record<string, unknown> = {};
  const logs: string[] = [];
  for (const it of events) {
    if (it.type === "task.finished") {
      states[it.task] = it.state;
      outputs[it.task] = it.outputs;
    } else if (it.type === "execution.finished") states.execution = it.state;
    else if (it.type === "task.log") logs.push(`${it.level} ${it.message}`);
  }
  return { code, stderr, events, states, outputs, logs };
}
